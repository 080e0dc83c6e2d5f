"""Speech by CMU Flite, with the times of its phonemes from ``-psdur``."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mien.text.suggest import did_you_mean
from mien_trainer.audio import levelled, read_sound
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.phonemes import IPA, SILENCE, intervals, without_empty
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Utterance,
)
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice, bounded, nothing_to_say, spoken_items, spoken_text

PROGRAM = "flite"
LICENCE = "sound by CMU Flite (MIT-CMU)"

_INSTALL = "install flite (Debian: apt-get install flite)"

_STANDARD_DEVIATION = {"awb": 25.0, "kal": 11.0, "kal16": 11.0, "slt": 27.0}
"""The pitch range of the voices that follow a factor on it, in Hz. rms follows neither pitch nor
range: its model draws the pitch itself."""

_STRETCH = {"kal": 1.1, "kal16": 1.1}
"""The voices that are slower than their model from the start, and by how much."""

_PHONE = re.compile(r"(?<!\S)([a-z]+#?):([0-9]+\.[0-9]+)(?!\S)")

_SECONDS = 60.0
"""An item that takes longer is given up; 5,000 characters take about five."""


class FliteSource(SpeechSource):
    """Flite's voices (slt, rms, awb, kal16), each saying the sentences that are for it."""

    name = "flite"
    real = False

    def __init__(self, voices: Sequence[Voice], sentences: Sequence[Sentence]) -> None:
        self._voices, self._sentences = tuple(voices), tuple(sentences)
        self._items: tuple[SpeechItem, ...] | None = None
        self._installed: tuple[str, ...] | None = None
        self._version: str | None = None

    def items(self) -> tuple[SpeechItem, ...]:
        """All it can say.

        Raises:
            SpeechUnavailableError: flite or a voice is missing.
        """
        if self._items is None:
            for voice in self._voices:
                self._check(voice.name)
            self._items = spoken_items(self._voices, self._sentences)
        return self._items

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The item as speech.

        Raises:
            SpeechRefusedError: its text cannot be spoken.
            SpeechUnavailableError: flite or its voice is missing.
        """
        text = spoken_text(item)
        self._check(item.voice)
        settings = _settings(item.voice, bounded(prosody))
        with tempfile.TemporaryDirectory(prefix="mien-flite-") as folder:
            path = Path(folder) / "speech.wav"
            try:
                said = _run(
                    *("-psdur", "-voice", item.voice), *settings, *("-t", text, "-o", str(path))
                )
            except subprocess.TimeoutExpired:
                raise SpeechRefusedError(
                    f"{item.key}: flite took more than {_SECONDS:.0f} s"
                ) from None
            except subprocess.CalledProcessError as error:
                raise SpeechRefusedError(
                    f"{item.key}: flite failed: it ended with {error.returncode}"
                ) from None
            marks = _marks(item, said)
            if all(symbol == SILENCE for _, symbol in marks):
                raise nothing_to_say(item)
            if not path.exists():
                raise SpeechRefusedError(f"{item.key}: flite failed: it wrote no sound")
            audio = read_sound(path)
        return Utterance(
            audio=levelled(audio),
            phonemes=without_empty(intervals(marks, len(audio) / SAMPLE_RATE)),
            voice=item.voice,
            text=item.text,
            provenance=f"flite {self._program_version()}, voice {item.voice}",
            licence=LICENCE,
        )

    def _check(self, voice: str) -> None:
        """Flite speaks with another voice where it does not know the one asked for.

        Raises:
            SpeechUnavailableError: it does not have this voice.
        """
        if self._installed is None:
            self._installed = tuple(_run("-lv").partition(":")[2].split())
        if voice not in self._installed:
            hint = did_you_mean(voice, self._installed)
            raise SpeechUnavailableError(f"flite has no voice {voice}: {hint}".removesuffix(": "))

    def _program_version(self) -> str:
        if self._version is None:
            self._version = program_version().removesuffix("-current") or "of unknown version"
        return self._version


def _settings(voice: str, prosody: Prosody) -> list[str]:
    """The prosody as flite's features; numbers are written the same way in every locale."""
    features = {
        "duration_stretch": _STRETCH.get(voice, 1.0) / prosody.rate,
        "f0_shift": prosody.pitch,
    }
    if voice in _STANDARD_DEVIATION:
        features["int_f0_target_stddev"] = _STANDARD_DEVIATION[voice] * prosody.range
    return [part for name, value in features.items() for part in ("--setf", f"{name}={value:.4f}")]


def _marks(item: SpeechItem, said: str) -> list[tuple[float, str]]:
    """Where each phoneme begins, from ``phone:end phone:end``."""
    marks: list[tuple[float, str]] = []
    start = 0.0
    for phone, end in _PHONE.findall(said):
        if phone not in IPA:
            raise SpeechRefusedError(
                f"{item.key}: flite says the phoneme {phone!r}, which is not known"
            )
        marks.append((start, IPA[phone]))
        start = float(end)
    return marks


def program_version() -> str:
    """As flite itself says it (2.2-current), nothing where it does not.

    Raises:
        SpeechUnavailableError: it cannot be started.
    """
    said = _run("--version", check=False)  # it prints it, and exits with 1
    found = re.search(r"^\s*version:\s*flite-(\S+)", said, re.MULTILINE)
    return found[1] if found else ""


def _run(*arguments: str, check: bool = True) -> str:
    """What flite prints.

    Raises:
        SpeechUnavailableError: it cannot be started.
        subprocess.SubprocessError: it fails, or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603  no shell; the text is one argument behind its option
            [PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=check,
        )
    except OSError as error:
        raise SpeechUnavailableError(
            f"flite cannot be started: {error.strerror}: {_INSTALL}"
        ) from error
    return done.stdout.decode("utf-8", "replace")
