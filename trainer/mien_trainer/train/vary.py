"""Voices varied as they are heard, so that those of training stand for more than themselves."""

from __future__ import annotations

import math

import numpy as np

from mien_trainer.frames import F32
from mien_trainer.mel import PEAKS, SILENCE
from mien_trainer.train.config import Variety

_PER_DECIBEL = math.log(10.0) / 10.0
"""Log-mel frames are natural logarithms of energies."""

_NEARLY = np.float32(0.02)
"""Kept as float16, the floor is known to this."""

_WAVES = 3
"""A colour is made of as many waves over the bands, half a wave the longest."""


def varied(mel: F32, variety: Variety, rng: np.random.Generator) -> F32:
    """Log-mel sequences (B, N, 80), each varied in its own way all through.

    What was at the floor stays there, and nothing goes below it.
    """
    count, bands = len(mel), np.arange(len(PEAKS))
    longer = rng.uniform(-variety.size, variety.size, (count, 1))
    waves = rng.uniform(-variety.colour, variety.colour, (count, _WAVES)) / _WAVES
    gain = rng.uniform(-variety.gain, variety.gain, (count, 1))
    # The formants of a longer tract are lower: each band hears what was higher.
    at = np.interp(np.array(PEAKS) * (1.0 + longer), PEAKS, bands)
    low = np.minimum(at.astype(np.int64), len(PEAKS) - 2)[:, None, :]
    share = (at[:, None, :] - low).astype(np.float32)
    one, other = (np.take_along_axis(mel, low + step, axis=2) for step in (0, 1))
    heard = one + share * (other - one)
    curves = np.cos(np.pi * np.arange(1, _WAVES + 1)[:, None] * (bands + 0.5) / len(PEAKS))
    louder: F32 = (_PER_DECIBEL * (gain + waves @ curves)).astype(np.float32)
    floor = np.float32(SILENCE)
    silent = heard <= floor + _NEARLY
    found: F32 = np.where(silent, floor, np.maximum(floor, heard + louder[:, None, :]))
    return found
