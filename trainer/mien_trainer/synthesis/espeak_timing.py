"""eSpeak NG's phonemes as they sound: a stop begins where its closure does, not at its burst.

eSpeak NG marks a phoneme where its own sound begins. The quiet before a burst is played earlier and
so falls to what came before, and an l behind a vowel is played as the vowel's ending, with nothing
left for itself but that quiet. Lips close at the closure; aligners and other synthesisers count it
to the stop. Neither has it a name for the glide of "the upper": it reads as a pause that sounds.
So the sound is listened to, and the quiet given to whom it belongs.
"""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.audio import speech_level
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme

_STOPS = frozenset(("p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ", "ʔ"))
_OBSTRUENTS = _STOPS | frozenset(("f", "v", "θ", "ð", "s", "z", "ʃ", "ʒ", "h", "ɾ", "x"))

_GLIDE = "j"

_QUIET = 18.0
"""dB under the level of speech where no vowel is heard any more."""

_DROP = 12.0
"""dB under the loudest of a consonant where it has ended: its own noise is quiet already."""

_LONGEST_CLOSURE = 0.1
"""Seconds; closures last 0.05 to 0.09 (Byrd 1993, UCLA Working Papers in Phonetics 83, 97-116)."""

_SHORTEST = 0.02
"""Seconds; a phoneme left with less has been played within the one before it."""

_SHARE, _LONGEST_SHARE = 1.0 / 3.0, 0.08
"""How much of that one is its own: a third, and at most so many seconds."""

_STEP = SAMPLE_RATE // 1000
_WINDOW = 5
"""The sound is listened to in steps of 1 ms, 5 ms at a time."""

_Envelope = npt.NDArray[np.float64]


def audible_bounds(audio: F32, phonemes: tuple[Phoneme, ...]) -> tuple[Phoneme, ...]:
    """The phonemes of ``audio`` (mono, 16 kHz), named and bounded by what is heard of them."""
    quiet = speech_level(audio) - _QUIET
    if not np.isfinite(quiet):
        return phonemes
    loudness = _envelope(audio)
    starts = [phoneme.start for phoneme in phonemes]
    symbols = [_GLIDE if _glides(one, loudness, quiet) else one.symbol for one in phonemes]
    for i in range(1, len(phonemes)):
        before, own = symbols[i - 1], symbols[i]
        sonorant = before != SILENCE and before not in _OBSTRUENTS
        span = _span(loudness, starts[i - 1], phonemes[i - 1].end)
        if sonorant and (not (span[_WINDOW:-_WINDOW] >= quiet).any()):
            starts[i] = starts[i - 1]
        elif own in _STOPS or (own in _OBSTRUENTS and before != SILENCE):
            starts[i] = _closure(loudness, before, (starts[i - 1], starts[i]), quiet)
    _give_shares(starts, symbols)
    ends = [*starts[1:], *(phoneme.end for phoneme in phonemes[-1:])]
    return tuple(
        Phoneme(symbol=symbol, start=start, end=end)
        for symbol, start, end in zip(symbols, starts, ends, strict=True)
    )


def _glides(phoneme: Phoneme, loudness: _Envelope, quiet: float) -> bool:
    """Whether a pause sounds most of the time: a low voice is quiet between its pulses."""
    span = _span(loudness, phoneme.start, phoneme.end)[_WINDOW:-_WINDOW]
    return phoneme.symbol == SILENCE and len(span) > 0 and float(np.median(span)) >= quiet


def _closure(
    loudness: _Envelope, before: str, interval: tuple[float, float], quiet: float
) -> float:
    """Where the quiet at the end of an interval begins."""
    start, end = interval
    earliest = max(start, end - _LONGEST_CLOSURE)
    if before == SILENCE:
        return max(earliest, (start + end) / 2.0)
    span = _span(loudness, start, end)
    if before in _OBSTRUENTS and len(span) > _WINDOW:
        quiet = min(quiet, float(span[_WINDOW:].max()) - _DROP)
    # the last milliseconds hold the burst already
    closing = span[:-_WINDOW]
    loud = np.flatnonzero(closing >= quiet)
    first = int(loud[-1]) + 1 if len(loud) else 0
    return max(earliest, start + first / 1000.0) if first < len(closing) else end


def _give_shares(starts: list[float], symbols: list[str]) -> None:
    """Part of the phoneme before for each that is left with next to nothing."""
    for i in range(len(starts) - 1, 0, -1):
        length = (starts[i + 1] if i + 1 < len(starts) else np.inf) - starts[i]
        if length >= _SHORTEST or SILENCE in (symbols[i], symbols[i - 1]):
            continue
        both = starts[i] + length - starts[i - 1]
        starts[i] += length - max(length, min(both * _SHARE, _LONGEST_SHARE))


def _envelope(audio: F32) -> _Envelope:
    """The loudness in dB every millisecond, (milliseconds,)."""
    frames = np.pad(audio.astype(np.float64), (0, -len(audio) % _STEP)).reshape(-1, _STEP)
    power = np.square(frames).mean(axis=1)
    smooth = np.convolve(power, np.full(_WINDOW, 1.0 / _WINDOW), mode="same")
    return 10.0 * np.log10(np.maximum(smooth, 1e-12))


def _span(loudness: _Envelope, start: float, end: float) -> _Envelope:
    return loudness[round(start * 1000.0) : round(end * 1000.0)]
