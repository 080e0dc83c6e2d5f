"""Where a recording holds speech, by its loudness alone: for takes whose words are not known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.phonemes import SILENCE, Phoneme

Flags = npt.NDArray[np.bool_]

SPOKEN = "?"
"""The symbol of speech whose phonemes are not known."""

_HOP = SAMPLE_RATE // 100
_WINDOW = 2 * _HOP
_BELOW_LOUD = 30.0  # dB below the loudest tenth: between sentences, not between words
_ABOVE_NOISE = 10.0
_SILENT = -60.0  # dB full scale: no speech is this faint
_SHORTEST_PAUSE, _SHORTEST_SPEECH = 15, 6  # hops of 10 ms: a p is closed for up to 0.12 s

_SMOOTH, _EVEN = 4, 0.5
"""Over how many frames the level of a band is taken, and the spread of levels, in nats, below which
a sound is even. Noise has 0.4, hum and tones 0.1; voices 1.2 to 5, in noise 10 dB below 0.7."""


def segment(audio: F32) -> tuple[Phoneme, ...]:
    """Speech (``SPOKEN``) and pauses (``SILENCE``) of mono audio at 16 kHz, from end to end."""
    seconds = len(audio) / SAMPLE_RATE
    loud = _loud(audio)
    edges = np.flatnonzero(np.diff(loud)) + 1
    bounds = [0, *edges.tolist(), len(loud)]
    return tuple(
        Phoneme(
            symbol=SPOKEN if loud[begin] else SILENCE,
            start=begin * _HOP / SAMPLE_RATE,
            end=seconds if end == len(loud) else end * _HOP / SAMPLE_RATE,
        )
        for begin, end in pairwise(bounds)
        if end > begin
    )


def is_even(audio: F32) -> bool:
    """Whether mono audio at 16 kHz is a hum, a tone or noise: no band of it swells as in a voice.

    What is shorter than a second may be a single vowel, and is not.
    """
    mel = log_mel(audio)
    if len(audio) < SAMPLE_RATE:
        return False
    smooth = sliding_window_view(mel.astype(np.float64), _SMOOTH, axis=0).mean(axis=-1)
    return float(np.median(smooth.std(axis=0))) < _EVEN


def _loud(audio: F32) -> Flags:
    """Whether each hop is spoken, pauses and bursts that are too short taken away."""
    level = _decibels(audio)
    if not len(level):
        return np.zeros(0, dtype=np.bool_)
    high, low = np.percentile(level, (90, 10)).tolist()
    noise = min(low + _ABOVE_NOISE, high - _ABOVE_NOISE)
    loud = level > max(high - _BELOW_LOUD, noise, _SILENT)
    loud = ~_without_short(~loud, _SHORTEST_PAUSE, ends=True)
    return _without_short(loud, _SHORTEST_SPEECH)


def _decibels(audio: F32) -> npt.NDArray[np.float64]:
    hops = -(-len(audio) // _HOP)
    padded = np.zeros(hops * _HOP + _WINDOW, dtype=np.float64)
    padded[_HOP // 2 : _HOP // 2 + len(audio)] = audio
    windows = sliding_window_view(padded, _WINDOW)[::_HOP][:hops]
    power: npt.NDArray[np.float64] = np.mean(np.square(windows), axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)))


def _without_short(flags: Flags, shortest: int, *, ends: bool = False) -> Flags:
    """``flags`` without runs under ``shortest``; at the ends they stay where ``ends`` says so."""
    kept = flags.copy()
    edges = [0, *(np.flatnonzero(np.diff(flags)) + 1).tolist(), len(flags)]
    for begin, end in pairwise(edges):
        at_end = begin == 0 or end == len(flags)
        if flags[begin] and end - begin < shortest and not (ends and at_end):
            kept[begin:end] = False
    return kept
