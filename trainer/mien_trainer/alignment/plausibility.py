"""Whether an alignment can be true: the aligner fits any words to any sound, well or badly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from mien_trainer.alignment.sphinx import FRAMES, AlignedWord, Segment
from mien_trainer.frames import F32, SAMPLE_RATE

Levels = npt.NDArray[np.float64]

# Set between what 551 prompts of one speaker give with their own words and with words of others;
# `tests.alignment.check` counts how many of each pass.
CLIP_FIT, _WORD_FIT = -75.0, -100.0  # mean score of a frame
_WORD_LEAST = 5  # frames; a word of fewer says little
_PAUSE = 20  # frames; the ends of words make shorter ones fit badly
_SHORTEST = 3  # frames: what no phoneme can go below, and where it is squeezed in
_SQUEEZED = 6  # phonemes in a row
_LONGEST = 60  # frames of one phoneme
_INAUDIBLE = 20.0  # dB under the loudest of the clip
_UNSPOKEN = 30  # frames as loud as words between two of them
_LOUD = 95.0  # percentile of the levels of speech
_SPEECH = 40.0  # dB under the highest level where speech ends


def implausibility(words: Sequence[AlignedWord], audio: F32) -> str | None:
    """Why these words cannot be what ``audio`` (mono, 16 kHz) says; None where they can."""
    return misfit(words) or next(doubts(words, audio), None)


def misfit(words: Sequence[AlignedWord], least: float = CLIP_FIT) -> str | None:
    """Why the words as a whole, if they fit worse than ``least``, are not what the sound says."""
    return "its sound does not fit its words" if fit_of(words) < least else None


def fit_of(words: Sequence[AlignedWord]) -> float:
    """How well words fit the sound as a whole: the mean score of a frame, 0 at best."""
    return _fit([segment for word in words if is_spoken(word) for segment in word.segments])


def drawn_out(words: Sequence[AlignedWord]) -> float:
    """The share of what is spoken that is in phonemes longer than any should be."""
    segments = [segment for word in words if is_spoken(word) for segment in word.segments]
    return _frames([one for one in segments if one.frames > _LONGEST]) / max(_frames(segments), 1)


def doubts(words: Sequence[AlignedWord], audio: F32) -> Iterator[str]:
    """What is odd about single words, pauses and stretches of ``audio`` (mono, 16 kHz)."""
    spoken = [word for word in words if is_spoken(word)]
    levels = _levels(audio)
    loud = float(np.percentile(levels[levels > levels.max() - _SPEECH], _LOUD))
    yield from _word_doubts(spoken)
    yield from _pause_doubts([word for word in words if not is_spoken(word)])
    yield from _length_doubts(spoken)
    yield from _level_doubts(spoken, levels, loud - _INAUDIBLE)


def is_spoken(word: AlignedWord) -> bool:
    """Whether it is a word, not a pause or noise (``<sil>``, ``[NOISE]``)."""
    return not word.text.startswith(("<", "["))


def spelled(word: AlignedWord) -> str:
    """The word without the number of its pronunciation, as in ``the(2)``."""
    return word.text.partition("(")[0]


def _word_doubts(words: Sequence[AlignedWord]) -> Iterator[str]:
    for word in words:
        if _frames(word.segments) >= _WORD_LEAST and _fit(word.segments) < _WORD_FIT:
            yield f"its sound does not fit the word {spelled(word)!r} {_at(word.segments)}"


def _pause_doubts(pauses: Sequence[AlignedWord]) -> Iterator[str]:
    for pause in pauses:
        if _frames(pause.segments) >= _PAUSE and _fit(pause.segments) < CLIP_FIT:
            yield f"a pause would not be silent {_at(pause.segments)}"


def _length_doubts(words: Sequence[AlignedWord]) -> Iterator[str]:
    segments = [segment for word in words for segment in word.segments]
    for segment in segments:
        if segment.frames > _LONGEST:
            seconds = segment.frames / FRAMES
            yield f"a {segment.symbol} would last {seconds:.1f} s {_at([segment])}"
    for squeezed, run in groupby(segments, lambda segment: segment.frames <= _SHORTEST):
        tight = list(run)
        if squeezed and len(tight) >= _SQUEEZED:
            yield f"{len(tight)} phonemes would be squeezed together {_at(tight)}"


def _level_doubts(words: Sequence[AlignedWord], levels: Levels, audible: float) -> Iterator[str]:
    spans = [_span(word.segments, len(levels)) for word in words]
    for word, (start, end) in zip(words, spans, strict=True):
        if levels[start:end].max(initial=-np.inf) < audible:
            yield f"{spelled(word)!r} would lie in silence {_at(word.segments)}"
    ends = [(0, 0), *spans, (len(levels), len(levels))]
    for (_, start), (end, _) in pairwise(ends):
        unspoken = int(np.count_nonzero(levels[start:end] > audible))
        if unspoken > _UNSPOKEN:
            yield f"{unspoken / FRAMES:.1f} s of sound after {start / FRAMES:.1f} s have no words"


def _levels(audio: F32) -> Levels:
    """The level of each of the recogniser's frames in dB."""
    hop = SAMPLE_RATE // FRAMES
    frames = np.pad(audio.astype(np.float64), (0, -len(audio) % hop)).reshape(-1, hop)
    return np.asarray(10.0 * np.log10(np.maximum(np.square(frames).mean(axis=1), 1e-12)))


def _frames(segments: Sequence[Segment]) -> int:
    return sum(segment.frames for segment in segments)


def _fit(segments: Sequence[Segment]) -> float:
    return sum(segment.score for segment in segments) / max(_frames(segments), 1)


def _span(segments: Sequence[Segment], frames: int) -> tuple[int, int]:
    """Where they begin and end, as far as it lies within so many frames."""
    end = segments[-1].start + segments[-1].frames
    return min(max(segments[0].start, 0), frames), min(max(end, 0), frames)


def _at(segments: Sequence[Segment]) -> str:
    return f"at {max(segments[0].start, 0) / FRAMES:.1f} s"
