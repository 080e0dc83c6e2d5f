"""Whether an alignment can be true: the aligner fits any words to any sound, well or badly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from mien_trainer.alignment.sphinx import FRAMES, Piece, Word
from mien_trainer.frames import F32, SAMPLE_RATE

Levels = npt.NDArray[np.float64]

# Set between what 551 prompts of one speaker give with their own words and with words of others;
# `mien_trainer.alignment.check` counts how many of each pass.
_CLIP_FIT, _WORD_FIT = -75.0, -100.0  # mean score of a frame
_WORD_LEAST = 5  # frames; a word of fewer says little
_PAUSE = 20  # frames; the ends of words make shorter ones fit badly
_SHORTEST = 3  # frames: what no phoneme can go below, and where it is squeezed in
_SQUEEZED = 6  # phonemes in a row
_LONGEST = 60  # frames of one phoneme
_UNHEARD = 20.0  # dB under the loudest of the clip
_UNTOLD = 30  # frames as loud as words between two of them
_LOUD = 95.0  # percentile of the levels of speech
_SPEECH = 40.0  # dB under the highest level where speech ends


def complaint(words: Sequence[Word], audio: F32) -> str | None:
    """Why these words cannot be what ``audio`` (mono, 16 kHz) says; None where they can."""
    spoken = [word for word in words if is_spoken(word)]
    levels = _levels(audio)
    loud = float(np.percentile(levels[levels > levels.max() - _SPEECH], _LOUD))
    return (
        _fit_complaint(spoken)
        or _pause_complaint([word for word in words if not is_spoken(word)])
        or _length_complaint(spoken)
        or _level_complaint(spoken, levels, loud - _UNHEARD)
    )


def is_spoken(word: Word) -> bool:
    """Whether it is a word, not a pause or noise (``<sil>``, ``[NOISE]``)."""
    return not word.text.startswith(("<", "["))


def spelled(word: Word) -> str:
    """The word without the number of its pronunciation, as in ``the(2)``."""
    return word.text.partition("(")[0]


def _fit_complaint(words: Sequence[Word]) -> str | None:
    pieces = [piece for word in words for piece in word.pieces]
    if _fit(pieces) < _CLIP_FIT:
        return "its sound does not fit its words"
    for word in words:
        if _frames(word.pieces) >= _WORD_LEAST and _fit(word.pieces) < _WORD_FIT:
            return f"its sound does not fit the word {spelled(word)!r} {_at(word.pieces)}"
    return None


def _pause_complaint(pauses: Sequence[Word]) -> str | None:
    for pause in pauses:
        if _frames(pause.pieces) >= _PAUSE and _fit(pause.pieces) < _CLIP_FIT:
            return f"a pause would not be silent {_at(pause.pieces)}"
    return None


def _length_complaint(words: Sequence[Word]) -> str | None:
    pieces = [piece for word in words for piece in word.pieces]
    for piece in pieces:
        if piece.frames > _LONGEST:
            seconds = piece.frames / FRAMES
            return f"a {piece.symbol} would last {seconds:.1f} s {_at([piece])}"
    for squeezed, run in groupby(pieces, lambda piece: piece.frames <= _SHORTEST):
        tight = list(run)
        if squeezed and len(tight) >= _SQUEEZED:
            return f"{len(tight)} phonemes would be squeezed together {_at(tight)}"
    return None


def _level_complaint(words: Sequence[Word], levels: Levels, heard: float) -> str | None:
    spans = [_span(word.pieces, len(levels)) for word in words]
    for word, (start, end) in zip(words, spans, strict=True):
        if levels[start:end].max(initial=-np.inf) < heard:
            return f"{spelled(word)!r} would lie in silence {_at(word.pieces)}"
    ends = [(0, 0), *spans, (len(levels), len(levels))]
    for (_, start), (end, _) in pairwise(ends):
        untold = int(np.count_nonzero(levels[start:end] > heard))
        if untold > _UNTOLD:
            return f"{untold / FRAMES:.1f} s of sound after {start / FRAMES:.1f} s have no words"
    return None


def _levels(audio: F32) -> Levels:
    """The level of each of the recogniser's frames in dB."""
    hop = SAMPLE_RATE // FRAMES
    frames = np.pad(audio.astype(np.float64), (0, -len(audio) % hop)).reshape(-1, hop)
    return np.asarray(10.0 * np.log10(np.maximum(np.square(frames).mean(axis=1), 1e-12)))


def _frames(pieces: Sequence[Piece]) -> int:
    return sum(piece.frames for piece in pieces)


def _fit(pieces: Sequence[Piece]) -> float:
    return sum(piece.score for piece in pieces) / max(_frames(pieces), 1)


def _span(pieces: Sequence[Piece], frames: int) -> tuple[int, int]:
    """Where they begin and end, as far as it lies within so many frames."""
    end = pieces[-1].start + pieces[-1].frames
    return min(max(pieces[0].start, 0), frames), min(max(end, 0), frames)


def _at(pieces: Sequence[Piece]) -> str:
    return f"at {max(pieces[0].start, 0) / FRAMES:.1f} s"
