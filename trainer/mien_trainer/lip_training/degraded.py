"""Speech as it may reach a microphone: rooms, noise, other voices, music, narrow bands, gains.

All sound is mono float32 at 16 kHz; everything is drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.acoustics import convolved, filtered, in_mu_law
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lip_training.other_sounds import coloured, music
from mien_trainer.lip_training.spaces import impulse_response
from mien_trainer.lips.table import F64

ROOM, NOISE, LINE, TONE, CLIPPED = 0.55, 0.65, 0.2, 0.25, 0.08
"""How often sound is in a room, in noise, on a narrow line, has another tone, or is clipped."""

_WHITE, _COLOURED, _VOICES = 0.35, 0.65, 0.88
"""Noise is white below this draw, coloured below that, other voices below the third, else music."""

_NOISE_DB = (2.0, 28.0)
"""Decibels by which speech is louder than the noise."""

_TALKERS = (1, 7)
_LOW, _HIGH = (100.0, 400.0), (3000.0, 3800.0)
_CUT = (3500.0, 7000.0)
_TONE_DB = 9.0
_GAIN_DB = (-18.0, 6.0)
_CLIP = (0.15, 0.6)
_PEAK = 0.99


def degraded(audio: F32, others: Sequence[F32], rng: np.random.Generator) -> F32:
    """The sound, otherwise every time; ``others`` are voices that may talk meanwhile."""
    sound: F64 = audio.astype(np.float64)
    if rng.random() < ROOM:
        sound = convolved(sound, impulse_response(rng))
    if rng.random() < NOISE:
        sound = _with_noise(sound, others, rng)
    kind = rng.random()
    if kind < LINE:
        sound = _on_a_line(sound, rng)
    elif kind < LINE + TONE:
        sound = _toned(sound, rng)
    if rng.random() < CLIPPED:
        level = rng.uniform(*_CLIP) * float(np.abs(sound).max(initial=0.0))
        sound = np.clip(sound, -level, level)
    sound = sound * 10.0 ** (rng.uniform(*_GAIN_DB) / 20.0)
    peak = float(np.abs(sound).max(initial=0.0))
    found: F32 = (sound * (min(1.0, _PEAK / peak) if peak > 0.0 else 1.0)).astype(np.float32)
    return found


def faster(audio: F32, pace: float) -> F32:
    """The sound ``pace`` times as fast, and as high."""
    at = np.arange(int(len(audio) / pace)) * pace
    found: F32 = np.interp(at, np.arange(len(audio)), audio).astype(np.float32)
    return found


def _with_noise(sound: F64, others: Sequence[F32], rng: np.random.Generator) -> F64:
    kind, length = rng.random(), len(sound)
    noise: F64 = rng.standard_normal(length)
    if kind >= _VOICES:
        noise = music(length, rng)
    elif kind >= _COLOURED and others:
        noise = np.zeros(length)
        for _ in range(int(rng.integers(*_TALKERS))):
            other = others[int(rng.integers(len(others)))]
            noise += np.resize(np.roll(other, int(rng.integers(len(other)))), length)
    elif kind >= _WHITE:
        noise = coloured(length, rng)
    loud, faint = (float(np.sqrt(np.square(one).mean())) for one in (sound, noise))
    share = loud / max(faint, 1e-9) * 10.0 ** (-float(rng.uniform(*_NOISE_DB)) / 20.0)
    heard: F64 = sound + noise * share
    return heard


def _on_a_line(sound: F64, rng: np.random.Generator) -> F64:
    """A telephone's band, with its steps or without, or a codec that keeps the low tones."""
    if rng.random() < 0.3:
        high = rng.uniform(*_CUT)
        return filtered(sound, SAMPLE_RATE, (high, 1.1 * high), (1.0, 0.0))
    low, high = rng.uniform(*_LOW), rng.uniform(*_HIGH)
    heard = filtered(sound, SAMPLE_RATE, (0.7 * low, low, high, 1.1 * high), (0.0, 1.0, 1.0, 0.0))
    if rng.random() < 0.5:
        heard = in_mu_law(heard)
    return heard


def _toned(sound: F64, rng: np.random.Generator) -> F64:
    points = np.linspace(0.0, SAMPLE_RATE / 2, 6).tolist()
    gains = 10.0 ** (rng.uniform(-_TONE_DB, _TONE_DB, len(points)) / 20.0)
    return filtered(sound, SAMPLE_RATE, points, gains.tolist())
