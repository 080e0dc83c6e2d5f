"""Rooms in which nobody speaks, for what is taught in silence: other ones at every step."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32, frame_sample
from mien_trainer.mel import F64, log_mel

ROOMS = 8
"""Rooms that a step looks into; processes share them evenly."""

LEVELS = (-85.0, -60.0)
"""The level of the noise, in decibels below full scale: from 60 on, white noise is a faint f."""

TILTS = (-0.5, 1.0)
"""Its amplitude falls with this power of the frequency, which is 0 where less was drawn: a third of
the rooms is white; 0.5 is pink."""

BEGINS = 0.25
"""The share of rooms whose noise begins within the window; before it is digital silence."""

_WHOLE = 3
"""So many frames begin at whole samples, 800 apart."""


def quiet_rooms(rooms: int, frames: int, rng: np.random.Generator) -> F32:
    """Log-mel frames (rooms, frames, 80) of rooms with noise of many levels and colours."""
    # The first and the last two frames of a room hear its neighbours.
    room = -(-(frames + 3) // _WHOLE) * _WHOLE
    samples = frame_sample(room)
    tilts = np.maximum(0.0, rng.uniform(*TILTS, rooms))
    levels = 10.0 ** (rng.uniform(*LEVELS, rooms) / 20.0)
    sound = _noise(samples, tilts, rng) * levels[:, None]
    begins = np.where(rng.random(rooms) < BEGINS, rng.integers(0, samples, rooms), 0)
    sound[np.arange(samples) < begins[:, None]] = 0.0
    mel = log_mel(sound.ravel().astype(np.float32))
    return mel.reshape(rooms, room, -1)[:, 1 : frames + 1]


def _noise(samples: int, tilts: F64, rng: np.random.Generator) -> F64:
    """Noise (n, samples) of each of the tilts (n,) with a root mean square of 1."""
    bins = np.arange(1, samples // 2 + 2)
    parts = rng.standard_normal((2, len(tilts), len(bins))) * bins ** -tilts[:, None]
    noise = np.fft.irfft(parts[0] + 1j * parts[1], samples, axis=1)
    unit: F64 = noise / np.sqrt(np.square(noise).mean(axis=1, keepdims=True))
    return unit
