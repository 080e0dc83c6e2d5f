"""Speech that is to be given a face, and what every source of it offers."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum
from typing import ClassVar

from attrs import field, frozen

from mien.errors import MisfitError, SourceError
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import Phoneme


class Split(Enum):
    """What a clip is for. A sentence or voice held out for one use is in no other."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@frozen(kw_only=True)
class Prosody:
    """How to speak, relative to the voice's own manner: factors on rate and pitch, and pitch range.

    Recordings take no notice of it.
    """

    rate: float = 1.0
    pitch: float = 1.0
    range: float = 1.0


@frozen(kw_only=True)
class SpeechItem:
    """Something a source can say: a sentence in a voice, or a recording.

    ``key`` is unique within the source and stable; ``label`` and ``intensity`` are set where a
    recording is of a known emotion (takes, MEAD), else None.
    """

    key: str
    voice: str
    text: str
    split: Split
    label: str | None = None
    intensity: str | None = None


class SpeechSource(ABC):
    """Speech by the item. An item and its prosody give the same bytes, in any process and order.

    ``name`` is the source as manifests call it: espeak, flite, asterisk, takes, mead; ``real``
    where a person spoke.
    """

    name: ClassVar[str]
    real: ClassVar[bool]

    @abstractmethod
    def items(self) -> tuple[SpeechItem, ...]:
        """All it can say, in a stable order; cheap to ask.

        Raises:
            SpeechUnavailableError: a program, voice, package or folder is missing; says which.
        """

    def refusals(self) -> tuple[SpeechRefusedError, ...]:
        """What it has and cannot say, as far as that shows without listening; raises as `items`."""
        return ()

    @abstractmethod
    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The item as speech.

        Raises:
            SpeechRefusedError: this item cannot be used; the others can.
            SpeechUnavailableError: nothing of this source can be used.
        """

    def close(self) -> None:  # noqa: B027  most have started nothing
        """End what it has started; it may be called twice."""


class SpeechUnavailableError(TrainerError):
    """A source cannot be used here at all; the message says what to install."""


class SpeechRefusedError(TrainerError):
    """One item cannot be used; the message names it and says why."""


class UnusableSoundError(SpeechRefusedError):
    """A sound in which nobody can be heard, whatever it is said to say."""


class LongSoundError(SpeechRefusedError):
    """A sound of more than can be aligned at a time, whatever it says."""


class MisfitSpeechError(SpeechRefusedError, MisfitError):
    """A sound that does not say its words."""


@frozen(kw_only=True, eq=False)
class Utterance:
    """Speech, ready to be given a face.

    ``audio`` is mono float32 in [-1, 1] at 16 kHz; ``phonemes`` follow one another in time, with
    pauses as ``SILENCE``. ``curves`` (N, 52) holds the captured weights at 60 fps of a recorded
    take, in the rig's order; None where lips and expression have to be made.
    """

    audio: F32
    phonemes: tuple[Phoneme, ...]
    voice: str
    text: str
    provenance: str
    licence: str
    curves: F32 | None = field(default=None)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.audio) / SAMPLE_RATE


_FEW = 3


def split_of(key: str) -> Split:
    """The split that ``key`` falls into: 8 in 10 train, 1 validation, 1 test.

    It is the same on every machine and in any order. What must not be spread over splits has to
    have one key.
    """
    tenth = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % 10
    return {0: Split.TEST, 1: Split.VALIDATION}.get(tenth, Split.TRAIN)


@contextmanager
def refused_as(name: str) -> Generator[None]:
    """Meanwhile a file that cannot be used is a refusal of ``name``, with its first faults.

    Raises:
        SpeechRefusedError: a `SourceError` or a refusal was raised.
    """
    try:
        yield
    except SourceError as error:
        first = [str(fault) for fault in error.faults[:_FEW]]
        more = len(error.faults) - len(first)
        text = "\n".join([*first, *([f"and {more} more"] if more else [])])
        raise SpeechRefusedError(f"{name}: {text}") from None
    except SpeechRefusedError as error:
        raise SpeechRefusedError(f"{name}: {error}") from None
