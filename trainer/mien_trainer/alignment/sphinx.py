"""pocketsphinx, typed: as much of its decoder as alignment needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from attrs import frozen

from mien_trainer.speech import SpeechUnavailableError

FRAMES = 100
"""Frames of the recogniser a second."""

WINDOW = 0.0256
"""Seconds of sound that the recogniser hears at a time."""

SHIFT = WINDOW / 2.0 - 0.5 / FRAMES
"""Between two frames a boundary lies halfway between the middles of what they hear."""

NOISE = 4.0 / 32768.0
"""The standard deviation of a noise 78 dB under full scale: pure zeros upset the recogniser."""

_SETTINGS: dict[str, object] = {
    "lm": None,
    "loglevel": "FATAL",
    "dither": False,
    "bestpath": False,  # it would weigh words by a language model, and fails on some alignments
    "compallsen": True,  # scores are then relative to the best of all sounds
}


@frozen(kw_only=True)
class Segment:
    """A phoneme of an alignment: ARPABET (``SIL`` and noises too), in frames.

    ``score`` is a logarithm, 0 or less: how much worse it fits than the best of all sounds.
    """

    symbol: str
    start: int
    frames: int
    score: int


@frozen(kw_only=True)
class AlignedWord:
    """A word of an alignment, or a pause, with its phonemes in order."""

    text: str
    segments: tuple[Segment, ...]


class Sphinx:
    """The recogniser with the English model that it brings, made to align.

    The same sound and words give the same segments, whatever was aligned before.
    """

    def __init__(self, beam: float) -> None:
        """Paths less likely than the best by more than ``beam`` are given up.

        Raises:
            SpeechUnavailableError: pocketsphinx is not installed.
        """
        made = sphinx_module().Decoder(beam=beam, wbeam=beam, pbeam=beam, **_SETTINGS)
        self._decoder = cast("_Decoder", made)

    def add(self, words: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Teach it words, each with its pronunciations in ARPABET, of which the sound chooses."""
        for word, ways in words.items():
            for number, phonemes in enumerate(ways, 1):
                name = word if number == 1 else f"{word}({number})"
                self._decoder.add_word(name, " ".join(phonemes), False)

    def align(
        self, pcm: bytes, words: Sequence[str], heard: Callable[[], None]
    ) -> tuple[AlignedWord, ...] | None:
        """16 kHz 16-bit mono sound cut into ``words`` and pauses; None where no path leads through.

        Pauses may lie between any two words. The words are ones that it knows. ``heard`` is called
        after each of the two times that the sound has been gone through.
        """
        decoder = self._decoder
        decoder.set_align_text(" ".join(words))
        self._decode(pcm)
        heard()
        if decoder.hyp() is None:
            return None
        try:
            decoder.set_alignment()
            self._decode(pcm)
        except RuntimeError:  # the second, finer pass found no way through
            return None
        heard()
        return aligned_words(decoder)

    def _decode(self, pcm: bytes) -> None:
        decode(self._decoder, pcm)


def aligned_words(decoder: Aligned) -> tuple[AlignedWord, ...]:
    """The words of the alignment that a decoder has made."""
    return tuple(_word(entry) for entry in decoder.get_alignment())


def decode(decoder: Listener, pcm: bytes) -> None:
    """Let a decoder hear 16 kHz 16-bit mono sound, as if it had heard nothing before."""
    decoder.reinit_feat()  # else what it knows of the noise comes from the sound before
    decoder.start_utt()
    try:
        decoder.process_raw(pcm, full_utt=True)
    finally:
        decoder.end_utt()


@cache
def model_folder() -> Path:
    """The folder of the English model: its dictionary is in it.

    Raises:
        SpeechUnavailableError: pocketsphinx is not installed.
    """
    return Path(cast("str", sphinx_module().get_model_path("en-us")))


def sphinx_module() -> ModuleType:
    """The package pocketsphinx.

    Raises:
        SpeechUnavailableError: it is not installed.
    """
    try:
        return importlib.import_module("pocketsphinx")
    except ImportError as error:
        raise SpeechUnavailableError(
            "aligning recorded speech needs pocketsphinx; "
            'install it with: python -m pip install "mien[targets]"'
        ) from error


class _Entry(Protocol):
    """A word or phoneme; iterating over a word gives its phonemes."""

    name: str
    start: int
    duration: int
    score: int

    def __iter__(self) -> Iterator[_Entry]: ...


class Listener(Protocol):
    """What every decoder hears with."""

    def reinit_feat(self) -> None:
        """Forget the features of the sound before."""
        ...

    def start_utt(self) -> None:
        """An utterance begins."""
        ...

    def process_raw(self, data: bytes, *, full_utt: bool) -> object:
        """Hear samples."""
        ...

    def end_utt(self) -> None:
        """The utterance ends."""
        ...


class Aligned(Listener, Protocol):
    """What has aligned."""

    def get_alignment(self) -> Iterable[_Entry]:
        """Words in order."""
        ...


class _Decoder(Aligned, Protocol):
    def add_word(self, word: str, phones: str, update: bool) -> int: ...

    def set_align_text(self, text: str) -> None: ...

    def set_alignment(self) -> None: ...

    def hyp(self) -> object | None: ...


def _word(entry: _Entry) -> AlignedWord:
    segments = tuple(
        Segment(
            symbol=segment.name, start=segment.start, frames=segment.duration, score=segment.score
        )
        for segment in entry
    )
    return AlignedWord(text=entry.name, segments=segments)
