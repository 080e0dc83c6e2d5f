"""Sound beside that of the clips: their voices varied, and quiet rooms, other ones at every step.

Dimension letters: B sequences, N frames, M mel bands.
"""

from __future__ import annotations

import math

import numpy as np

from mien_trainer.frames import F32, frame_sample
from mien_trainer.mel import F64, PEAKS, SILENCE, log_mel
from mien_trainer.train.config import Augmentation

ROOMS = 8
"""Sequences of background noise in a step; processes share them evenly."""

LEVELS = (-85.0, -60.0)
"""The level of the noise, in decibels below full scale: from 60 on, white noise is a faint f."""

TILTS = (-0.5, 1.0)
"""Its amplitude falls with this power of the frequency, which is 0 where less was drawn: a third of
the rooms is white; 0.5 is pink."""

LATE_STARTS = 0.25
"""The share of rooms whose noise begins within the window; before it is digital silence."""

_WHOLE = 3
"""So many frames begin at whole samples, 800 apart."""

_PER_DECIBEL = math.log(10.0) / 10.0
"""Log-mel frames are natural logarithms of energies."""

_FLOOR_ERROR = np.float32(0.02)
"""Kept as float16, the floor is known to this."""

_COSINES = 3
"""An equalisation is the sum of as many cosines over the bands, half a wave the longest."""


def augmented(mel: F32, limits: Augmentation, rng: np.random.Generator) -> F32:
    """Log-mel sequences (B, N, M), each varied in its own way all through.

    What was at the floor stays there, and nothing goes below it.
    """
    count, bands = len(mel), np.arange(len(PEAKS))
    tract = rng.uniform(-limits.vocal_tract, limits.vocal_tract, (count, 1))
    equalisation = limits.equalisation_db
    cosines = rng.uniform(-equalisation, equalisation, (count, _COSINES)) / _COSINES
    gain = rng.uniform(-limits.gain_db, limits.gain_db, (count, 1))
    # The formants of a longer tract are lower: each band takes what was higher.
    at = np.interp(np.array(PEAKS) * (1.0 + tract), PEAKS, bands)
    low = np.minimum(at.astype(np.int64), len(PEAKS) - 2)[:, None, :]
    share = (at[:, None, :] - low).astype(np.float32)
    below, above = (np.take_along_axis(mel, low + step, axis=2) for step in (0, 1))
    warped = below + share * (above - below)
    curves = np.cos(np.pi * np.arange(1, _COSINES + 1)[:, None] * (bands + 0.5) / len(PEAKS))
    louder: F32 = (_PER_DECIBEL * (gain + cosines @ curves)).astype(np.float32)
    floor = np.float32(SILENCE)
    silent = warped <= floor + _FLOOR_ERROR
    found: F32 = np.where(silent, floor, np.maximum(floor, warped + louder[:, None, :]))
    return found


def background_noise(rooms: int, frames: int, rng: np.random.Generator) -> F32:
    """Log-mel frames (rooms, frames, M) of rooms with noise of many levels and spectral tilts."""
    # The first and the last two frames of a room contain sound of its neighbours.
    length = -(-(frames + 3) // _WHOLE) * _WHOLE
    samples = frame_sample(length)
    tilts = np.maximum(0.0, rng.uniform(*TILTS, rooms))
    levels = 10.0 ** (rng.uniform(*LEVELS, rooms) / 20.0)
    sound = _noise(samples, tilts, rng) * levels[:, None]
    starts = np.where(rng.random(rooms) < LATE_STARTS, rng.integers(0, samples, rooms), 0)
    sound[np.arange(samples) < starts[:, None]] = 0.0
    mel = log_mel(sound.ravel().astype(np.float32))
    return mel.reshape(rooms, length, -1)[:, 1 : frames + 1]


def _noise(samples: int, tilts: F64, rng: np.random.Generator) -> F64:
    """Noise (n, samples) of each of the tilts (n,) with a root mean square of 1."""
    bins = np.arange(1, samples // 2 + 2)
    parts = rng.standard_normal((2, len(tilts), len(bins))) * bins ** -tilts[:, None]
    noise = np.fft.irfft(parts[0] + 1j * parts[1], samples, axis=1)
    unit: F64 = noise / np.sqrt(np.square(noise).mean(axis=1, keepdims=True))
    return unit
