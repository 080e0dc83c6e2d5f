"""The room that speech is heard in: silence around it, its level, and the noise under it."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32, SAMPLE_RATE

PAUSE = (0.25, 0.8)
"""The seconds of silence before speech, and after it."""

GAIN = (-6.0, 3.0)
"""How much louder speech is made, in decibels; never so much that it clips."""

NOISE = (-70.0, -60.0)
"""The level of the noise, in decibels below full scale."""

_PEAK = 0.98
_TILT = 0.5
"""The noise's amplitude falls with this power of the frequency: a quiet room, neither white nor
pink."""


def paused(speech: F32, rng: np.random.Generator) -> tuple[F32, float]:
    """``speech`` with a seeded pause before and after it, and the seconds of the first."""
    before, after = (rng.uniform(*PAUSE, size=2) * SAMPLE_RATE).astype(int).tolist()
    return np.pad(speech, (before, after)), before / SAMPLE_RATE


def in_room(audio: F32, rng: np.random.Generator) -> F32:
    """``audio`` at a level of its own, with room noise everywhere, in [-1, 1]."""
    gain = 10.0 ** (rng.uniform(*GAIN) / 20.0)
    loudest = float(np.abs(audio).max(initial=0.0))
    gain = min(gain, _PEAK / loudest) if loudest else gain
    level = 10.0 ** (rng.uniform(*NOISE) / 20.0)
    heard: F32 = np.clip(gain * audio + level * _noise(len(audio), rng), -1.0, 1.0)
    return heard.astype(np.float32)


def _noise(samples: int, rng: np.random.Generator) -> F32:
    """Noise (n,) with a root mean square of 1."""
    length = 1 << max(samples - 1, 1).bit_length()
    bins = length // 2 + 1
    shape = np.arange(1, bins + 1, dtype=np.float32) ** np.float32(-_TILT)
    parts = rng.standard_normal((2, bins), dtype=np.float32) * shape
    noise = np.fft.irfft(parts[0] + 1j * parts[1], length)[:samples]
    scale = np.sqrt(np.square(noise).mean()) if samples else 1.0
    return (noise / scale).astype(np.float32)
