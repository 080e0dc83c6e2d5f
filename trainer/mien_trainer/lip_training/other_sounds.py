"""Sounds in which nobody speaks: music, hum, tones, and noise; lips are to rest over them.

All sound is mono at 16 kHz, at no level in particular; everything is drawn at random. No tune is
meant: what counts is that pitch, harmonics, beats and bands are as varied as they are outside.
"""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.lips.table import F64

_MUSIC, _HUM, _TONES = 0.65, 0.77, 0.87
"""It is music below this draw, hum below that, tones below the third, else noise."""

_BEAT = (0.18, 0.6)
_HERTZ = (55.0, 48)
_HIGHEST = 7000.0
_STRIKES = 40
_MAINS = (50.0, 60.0)
_TILT = (0.1, 1.0)


def other_sound(length: int, rng: np.random.Generator) -> F64:
    """So many samples of one of the four, never silent."""
    kind = rng.random()
    if kind < _MUSIC:
        return music(length, rng)
    if kind < _HUM:
        return _hum(length, rng) + coloured(length, rng) * rng.uniform(0.0, 0.1)
    if kind < _TONES:
        return _tones(length, rng) + coloured(length, rng) * rng.uniform(0.0, 0.05)
    return coloured(length, rng) * _swell(length, rng)


def music(length: int, rng: np.random.Generator) -> F64:
    """A few instruments, each with chords or single notes of its own, over drums or none."""
    heard = np.zeros(length)
    beat = float(rng.uniform(*_BEAT))
    for _ in range(int(rng.integers(1, 4))):
        heard += _instrument(length, beat, rng) * rng.uniform(0.2, 1.0)
    if rng.random() < 0.5:
        heard += _drums(length, beat, rng) * rng.uniform(0.1, 1.0)
    return heard


def coloured(length: int, rng: np.random.Generator) -> F64:
    """Noise that falls towards high tones, a little or much."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    spectrum /= np.maximum(1.0, np.arange(len(spectrum))) ** rng.uniform(*_TILT)
    noise: F64 = np.fft.irfft(spectrum, length)
    return noise / max(float(noise.std()), 1e-9)


def _instrument(length: int, beat: float, rng: np.random.Generator) -> F64:
    """Notes of one timbre: plucked or held, plain or with vibrato, one by one or several."""
    heard = np.zeros(length)
    lowest, keys = int(rng.integers(0, _HERTZ[1] - 14)), 14
    voices = int(rng.integers(1, 4))
    roll, odd = rng.uniform(0.5, 2.0), rng.random() < 0.25
    attack, fall = rng.uniform(0.004, 0.12), float(rng.choice([0.0, 1.0, 3.0, 8.0]))
    bend, wobble = float(rng.choice([0.0, 0.0, 0.004, 0.01])), rng.uniform(4.0, 7.0)
    at = 0
    while at < length:
        lasts = beat * float(rng.choice([0.5, 1.0, 1.0, 2.0, 4.0]))
        if rng.random() < 0.85:
            size = min(length - at, int(lasts * rng.uniform(0.7, 1.1) * SAMPLE_RATE) + 1)
            times = np.arange(size) / SAMPLE_RATE
            envelope = np.minimum(1.0, times / attack) * np.exp(-times * fall)
            envelope *= np.minimum(1.0, (size - np.arange(size)) / (0.02 * SAMPLE_RATE))
            for key in rng.integers(lowest, lowest + keys, voices):
                hertz = _HERTZ[0] * 2.0 ** (key / 12.0)
                phase = times + bend * np.sin(2 * np.pi * wobble * times) / (2 * np.pi * wobble)
                heard[at : at + size] += envelope * _harmonics(hertz, phase, roll, odd=odd)
        at += int(lasts * SAMPLE_RATE)
    return heard / max(float(heard.std()), 1e-9)


def _harmonics(hertz: float, phase: F64, roll: float, *, odd: bool) -> F64:
    """A tone and its harmonics, which fall by the power ``roll``, as far as can be heard."""
    heard = np.zeros(len(phase))
    for partial in range(1, 1 + min(16, int(_HIGHEST / hertz)), 2 if odd else 1):
        heard += np.sin(2 * np.pi * hertz * partial * phase) / partial**roll
    return heard


def _drums(length: int, beat: float, rng: np.random.Generator) -> F64:
    """Bursts of noise and low thuds in a pattern of eight that repeats."""
    heard = np.zeros(length)
    pattern = rng.random((2, 8)) < np.array([[0.35], [0.6]])
    size = int(0.25 * SAMPLE_RATE)
    times = np.arange(size) / SAMPLE_RATE
    thud = np.sin(2 * np.pi * 50.0 * times * (1.0 + np.exp(-30.0 * times))) * np.exp(-15.0 * times)
    hiss = np.diff(rng.standard_normal(size + 1)) * np.exp(-times * rng.uniform(15.0, 80.0))
    for step, at in enumerate(range(0, length, max(1, int(beat * SAMPLE_RATE / 2)))):
        for place, struck in enumerate((thud, hiss)):
            if pattern[place, step % 8]:
                part = struck[: length - at]
                heard[at : at + len(part)] += part
    return heard / max(float(heard.std()), 1e-9)


def _hum(length: int, rng: np.random.Generator) -> F64:
    """What mains leave on a line: their tone and harmonics, each as loud as chance has it."""
    times = np.arange(length) / SAMPLE_RATE
    mains = float(rng.choice(_MAINS))
    heard = np.zeros(length)
    for partial in range(1, int(rng.integers(3, _STRIKES))):
        loud = rng.exponential() / partial ** rng.uniform(0.3, 1.2)
        heard += loud * np.sin(2 * np.pi * (mains * partial * times + rng.random()))
    return heard / max(float(heard.std()), 1e-9)


def _tones(length: int, rng: np.random.Generator) -> F64:
    """One tone or two, steady, gliding, or on and off as telephones and machines give them."""
    times = np.arange(length) / SAMPLE_RATE
    heard = np.zeros(length)
    for _ in range(int(rng.integers(1, 3))):
        first, last = rng.uniform(80.0, 3500.0, 2)
        glide = (last - first) / max(1.0, times[-1]) if rng.random() < 0.3 else 0.0
        heard += np.sin(2 * np.pi * (first * times + 0.5 * glide * times**2))
    if rng.random() < 0.5:
        period = rng.uniform(0.1, 2.0)
        heard *= (times % period) < period * rng.uniform(0.2, 0.8)
    return heard


def _swell(length: int, rng: np.random.Generator) -> F64:
    """Loudness that comes and goes a few times a second, or hardly."""
    points = np.arange(0.0, length / SAMPLE_RATE + 1.0, rng.uniform(0.1, 1.0))
    levels = rng.uniform(rng.uniform(0.05, 1.0), 1.0, len(points))
    return np.interp(np.arange(length) / SAMPLE_RATE, points, levels)
