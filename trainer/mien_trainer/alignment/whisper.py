"""What Whisper hears, where a person has faster-whisper and a model of it on this machine.

A model is a folder in CTranslate2's form: model.bin, config.json, tokenizer.json and a vocabulary.
Nothing is ever downloaded.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, cast

from attrs import frozen

from mien_trainer.alignment.passages import Passage
from mien_trainer.fault import TrainerError, brief
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import SpeechUnavailableError

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""What a folder has to have: for a tokenizer that is missing faster-whisper would ask the hub."""

ENGLISH = "en"


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
            raise TrainerError(
                f"{folder}: there is no {' and no '.join(missing)}, expected the folder of a "
                "Whisper model in CTranslate2's form, such as a faster-whisper-tiny.en"
            )
        try:
            library = importlib.import_module("faster_whisper")
        except ImportError as error:
            raise SpeechUnavailableError(
                f"Whisper needs {error.name or 'faster_whisper'}: pip install faster-whisper"
            ) from error
        try:
            made: object = library.WhisperModel(
                str(folder), device="cpu", compute_type="int8", local_files_only=True
            )
        except Exception as error:  # CTranslate2's own have no public base
            raise TrainerError(f"{folder}: no Whisper model that runs ({brief(error)})") from None
        self._model = cast("_Model", made)

    def heard(self, audio: F32, listened: Callable[[float], None] | None = None) -> Heard:
        """What is said in mono audio at 16 kHz; ``listened`` is told the share that was heard."""
        # One temperature: others would draw words by chance.
        found, told = self._model.transcribe(
            audio, beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        passages: list[Passage] = []
        for one in found:
            passages.append(Passage(text=one.text.strip(), start=one.start, end=one.end))
            if listened is not None:
                listened(min(1.0, one.end * SAMPLE_RATE / len(audio)))
        return Heard(passages=tuple(passages), language=told.language)


class _Segment(Protocol):
    text: str
    start: float
    end: float


class _Told(Protocol):
    language: str


class _Model(Protocol):
    def transcribe(
        self,
        audio: F32,
        *,
        beam_size: int,
        temperature: float,
        condition_on_previous_text: bool,
    ) -> tuple[Iterable[_Segment], _Told]: ...
