"""The times of sounds in recordings, found once: kept in a file and read again.

What is kept is known by the sound and its words, whatever its file is called: what the aligner or
the recogniser gave, or why it refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import astuple

from mien.text.atomic import write_atomic
from mien.text.files import shown_path
from mien.text.regular_file import TRANSCRIPT, read_regular
from mien_trainer.alignment.aligner import Aligner
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import SpeechRefusedError
from mien_trainer.timings.ears import Ear, open_ear
from mien_trainer.timings.letters import arpabet_of_letters
from mien_trainer.voices.recordings import Align

SCHEMA = "mien-times/1"
"""Goes up where others would be found, so that older ones are found anew."""

Phonemes = tuple[Phoneme, ...]


def careful_aligner() -> Align:
    """The aligner that refuses what is odd, and guesses words that no dictionary has."""
    return partial(Aligner().align_text, guess=arpabet_of_letters)


class FoundTimes:
    """The times of sounds, found by words or by ear, each once; kept in a file if there is one."""

    def __init__(
        self, path: Path | None = None, align: Align | None = None, recogniser: str | None = None
    ) -> None:
        """Read ``path``, if there is such a file; ``recogniser`` is one that `open_ear` knows.

        Raises:
            TrainerError: it holds no times that were kept; or as `open_ear`.
            QueryError: there is no such recogniser.
            OSError: it cannot be read.
        """
        self._path, self._align = path, align
        self._recogniser = recogniser
        self._ear: Ear | None = None if recogniser is None else open_ear(recogniser)
        self._found = _read(path) if path is not None and path.exists() else {}
        self._new = False

    def by_words(self, audio: F32, text: str) -> Phonemes:
        """As the aligner gives them.

        Raises:
            SpeechRefusedError: it refuses, or did.
        """
        if self._align is None:
            self._align = careful_aligner()
        align = self._align
        return self._asked(audio, f"words\0{text}", lambda: align(audio, text))

    def by_ear(self, audio: F32) -> Phonemes:
        """As the recogniser gives them, who is not told the words.

        Raises:
            SpeechRefusedError: it refuses, or did.
        """
        if self._ear is None:
            self._ear = open_ear(self._recogniser)
        ear, by = self._ear, self._recogniser or ""
        return self._asked(
            audio, f"words, closures and nobody heard{by}", lambda: ear.heard(audio).phonemes
        )

    def save(self) -> None:
        """Write what is new, where there is a file."""
        if self._path is not None and self._new:
            found = {key: _written(one) for key, one in self._found.items()}
            kept = {"schema": SCHEMA, "found": found}
            write_atomic(self._path, json.dumps(kept, ensure_ascii=False).encode())
            self._new = False

    def _asked(self, audio: F32, how: str, find: Callable[[], Phonemes]) -> Phonemes:
        key = hashlib.sha256(audio.tobytes() + b"\0" + how.encode()).hexdigest()
        if key not in self._found:
            self._new = True
            try:
                self._found[key] = find()
            except SpeechRefusedError as error:
                self._found[key] = str(error)
        found = self._found[key]
        if isinstance(found, str):
            raise SpeechRefusedError(found)
        return found


def _written(found: Phonemes | str) -> str | list[tuple[str, float, float]]:
    return found if isinstance(found, str) else [astuple(one) for one in found]


def _read(path: Path) -> dict[str, Phonemes | str]:
    try:
        kept: dict[str, Any] = json.loads(read_regular(path, TRANSCRIPT))
        return (
            {key: _phonemes(found) for key, found in kept["found"].items()}
            if kept["schema"] == SCHEMA
            else {}
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise TrainerError(
            f"{shown_path(path)}: it holds no times that were kept; delete it, or name another file"
        ) from None


def _phonemes(found: str | Sequence[tuple[str, float, float]]) -> Phonemes | str:
    if isinstance(found, str):
        return found
    return tuple(_phoneme(*one) for one in found)


def _phoneme(symbol: str, start: float, end: float) -> Phoneme:
    return Phoneme(symbol=str(symbol), start=float(start), end=float(end))
