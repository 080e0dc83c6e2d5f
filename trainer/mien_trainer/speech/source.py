"""What every source of speech offers."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from attrs import frozen

from mien_trainer.fault import TrainerError
from mien_trainer.speech.utterance import Utterance


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


class SpeechSource(Protocol):
    """Speech by the item. An item and its prosody give the same bytes, in any process and order."""

    @property
    def name(self) -> str:
        """The source as manifests call it: espeak, flite, asterisk, takes, mead."""
        ...

    @property
    def real(self) -> bool:
        """Whether a person spoke."""
        ...

    def items(self) -> tuple[SpeechItem, ...]:
        """All it can say, in a stable order; cheap to ask.

        Raises:
            SpeechUnavailable: a program, voice, package or folder is missing; says what to install.
        """
        ...

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The item as speech.

        Raises:
            SpeechRefused: this item cannot be used; the others can.
            SpeechUnavailable: nothing of this source can be used.
        """
        ...

    def close(self) -> None:
        """End what it has started; it may be called twice."""
        ...


class SpeechUnavailable(TrainerError):
    """A source cannot be used here at all; the message says what to install."""


class SpeechRefused(TrainerError):
    """One item cannot be used; the message names it and says why."""
