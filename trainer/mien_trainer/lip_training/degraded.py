"""Speech as it may reach a microphone: rooms, noise, other voices, narrow bands, gains; at random.

All sound is mono float32 at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lips.table import F64

ROOM, NOISE, LINE, TONE = 0.5, 0.6, 0.25, 0.25
"""How often sound is in a room, in noise, on a narrow line, or has another tone."""

_RINGS = (0.15, 0.8)
"""Seconds in which a room's echo falls by 60 dB."""

_DIRECT = (-4.0, 9.0)
"""Decibels by which what comes straight is stronger than the echo."""

_NOISE_DB = (5.0, 30.0)
"""Decibels by which speech is louder than the noise."""

_TILT = (0.2, 0.9)
_TALKERS = (1, 6)
_LOW, _HIGH = (100.0, 400.0), (3000.0, 3800.0)
_TONE_DB = 9.0
_GAIN_DB = (-12.0, 6.0)
_MU = 255.0
_PEAK = 0.99


def degraded(audio: F32, others: Sequence[F32], rng: np.random.Generator) -> F32:
    """The sound, otherwise every time; ``others`` are voices that may talk meanwhile."""
    sound: F64 = audio.astype(np.float64)
    if rng.random() < ROOM:
        sound = _in_a_room(sound, rng)
    if rng.random() < NOISE:
        sound = _with_noise(sound, others, rng)
    kind = rng.random()
    if kind < LINE:
        sound = _on_a_line(sound, rng)
    elif kind < LINE + TONE:
        sound = _toned(sound, rng)
    sound = sound * 10.0 ** (rng.uniform(*_GAIN_DB) / 20.0)
    peak = float(np.abs(sound).max(initial=0.0))
    found: F32 = (sound * (min(1.0, _PEAK / peak) if peak > 0.0 else 1.0)).astype(np.float32)
    return found


def _in_a_room(sound: F64, rng: np.random.Generator) -> F64:
    ring = rng.uniform(*_RINGS)
    times = np.arange(int(1.1 * ring * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(times)) * 10.0 ** (-3.0 * times / ring)
    tail[times < rng.uniform(0.001, 0.01)] = 0.0
    tail *= 10.0 ** (-rng.uniform(*_DIRECT) / 20.0) / np.sqrt(np.square(tail).sum() + 1e-12)
    tail[0] = 1.0
    size = 1 << int(np.ceil(np.log2(len(sound) + len(tail))))
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(tail, size)
    heard: F64 = np.fft.irfft(spectrum, size)[: len(sound)]
    return heard


def _with_noise(sound: F64, others: Sequence[F32], rng: np.random.Generator) -> F64:
    kind, length = rng.random(), len(sound)
    noise: F64 = rng.standard_normal(length)
    if kind >= 0.7 and others:
        noise = np.zeros(length)
        for _ in range(int(rng.integers(*_TALKERS))):
            other = others[int(rng.integers(len(others)))]
            noise += np.resize(np.roll(other, int(rng.integers(len(other)))), length)
    elif kind >= 0.4:
        spectrum = np.fft.rfft(noise)
        spectrum /= np.maximum(1.0, np.arange(len(spectrum))) ** rng.uniform(*_TILT)
        noise = np.fft.irfft(spectrum, length)
    loud, faint = (float(np.sqrt(np.square(one).mean())) for one in (sound, noise))
    share = loud / max(faint, 1e-9) * 10.0 ** (-float(rng.uniform(*_NOISE_DB)) / 20.0)
    heard: F64 = sound + noise * share
    return heard


def _on_a_line(sound: F64, rng: np.random.Generator) -> F64:
    low, high = rng.uniform(*_LOW), rng.uniform(*_HIGH)
    heard = _shaped(sound, (0.7 * low, low, high, 1.1 * high), (0.0, 1.0, 1.0, 0.0))
    if rng.random() < 0.5:
        peak = max(float(np.abs(heard).max(initial=0.0)), 1e-9)
        unit = heard / peak
        told = np.sign(unit) * np.log1p(_MU * np.abs(unit)) / np.log1p(_MU)
        steps = np.rint(told * 127.0) / 127.0
        heard = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU * peak
    return heard


def _toned(sound: F64, rng: np.random.Generator) -> F64:
    points = np.linspace(0.0, SAMPLE_RATE / 2, 6).tolist()
    gains = 10.0 ** (rng.uniform(-_TONE_DB, _TONE_DB, len(points)) / 20.0)
    return _shaped(sound, points, gains.tolist())


def _shaped(sound: F64, hertz: Sequence[float], gains: Sequence[float]) -> F64:
    bins = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE)
    heard: F64 = np.fft.irfft(np.fft.rfft(sound) * np.interp(bins, hertz, gains), len(sound))
    return heard
