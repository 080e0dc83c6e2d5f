"""Rooms in which nobody speaks, for what is taught in silence."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel

ROOMS = 8
"""Rooms that a step looks into; processes share them evenly."""

LEVELS = (-85.0, -60.0)
"""The level of the noise, in decibels below full scale: from 60 on, white noise is a faint f."""

TILTS = (0.0, 1.0)
"""Its amplitude falls with this power of the frequency: 0 is white, 0.5 pink."""

SECONDS = 4.0

_KINDS = 96
_SEED = 20260


def quiet_rooms() -> F32:
    """Log-mel frames (rooms, frames, 80): a second of digital silence, then noise all through.

    One room has no noise at all.
    """
    rng = np.random.default_rng(_SEED)
    samples = int(SECONDS * SAMPLE_RATE)
    rooms = [log_mel(np.zeros(samples + SAMPLE_RATE, dtype=np.float32))]
    for _ in range(_KINDS - 1):
        level = 10.0 ** (rng.uniform(*LEVELS) / 20.0)
        noise = _noise(samples, rng.uniform(*TILTS), rng) * level
        rooms.append(log_mel(np.concatenate((np.zeros(SAMPLE_RATE), noise)).astype(np.float32)))
    return np.stack(rooms)


def quiet_windows(rooms: F32, frames: int, rng: np.random.Generator) -> F32:
    """`ROOMS` windows (ROOMS, frames, 80) of rooms, anywhere from their first noise on."""
    kind = rng.integers(0, len(rooms), size=ROOMS)
    end = rng.integers(FRAME_RATE + 1, rooms.shape[1] + 1, size=ROOMS)
    at = np.maximum(0, end[:, None] + np.arange(-frames, 0))
    windows: F32 = rooms[kind[:, None], at]
    return windows


def _noise(samples: int, tilt: float, rng: np.random.Generator) -> F32:
    """Noise (n,) with a root mean square of 1."""
    bins = samples // 2 + 1
    parts = rng.standard_normal((2, bins)) * np.arange(1, bins + 1) ** -tilt
    noise = np.fft.irfft(parts[0] + 1j * parts[1], samples)
    unit: F32 = (noise / np.sqrt(np.square(noise).mean())).astype(np.float32)
    return unit
