"""Impulse responses of rooms: early reflections of a box's walls, and an echo that decays.

The early part is that of mirrored sources (Allen and Berkley, Image method for efficiently
simulating small-room acoustics, JASA 1979); the late one is noise that decays (Polack 1988).
"""

from __future__ import annotations

import math

import numpy as np

from mien_trainer.acoustics import F64, decaying_noise
from mien_trainer.frames import SAMPLE_RATE

RINGS = (0.15, 0.8)
"""Seconds in which a room's echo falls by 60 dB."""

DIRECT = (-5.0, 9.0)
"""Decibels by which what comes straight is stronger than the echo: the far end of a large room, and
an arm's length."""

_EARLY = 0.6
"""How often the early reflections are those of a box; else there are none."""

_SIZES = ((2.5, 9.0), (2.2, 7.0), (2.2, 3.6))
_WALL = 0.3
_AWAY = (0.4, 4.0)
_MIRRORS = 3
_MIXED = (0.02, 0.05)
_SOUND = 343.0


def impulse_response(rng: np.random.Generator) -> F64:
    """A room's answer to a click, the direct sound first and 1."""
    ring = rng.uniform(*RINGS)
    times = np.arange(int(1.1 * ring * SAMPLE_RATE)) / SAMPLE_RATE
    tail = decaying_noise(times, ring, rng)
    if rng.random() < _EARLY:
        mixed = rng.uniform(*_MIXED)
        early = _reflections(len(times), ring, rng)
        tail *= np.clip(times / mixed, 0.0, 1.0)
        # Where reflections are dense, both parts are as strong.
        near = (times > 0.5 * mixed) & (times < 1.5 * mixed)
        strength = np.sqrt(np.square(early[near]).sum() / max(np.square(tail[near]).sum(), 1e-12))
        tail = early * np.clip(2.0 - times / mixed, 0.0, 1.0) + tail * max(strength, 1e-3)
    else:
        tail[times < rng.uniform(0.001, 0.01)] = 0.0
    tail[0] = 0.0
    tail *= 10.0 ** (-rng.uniform(*DIRECT) / 20.0) / math.sqrt(np.square(tail).sum() + 1e-12)
    tail[0] = 1.0
    return tail


def _reflections(length: int, ring: float, rng: np.random.Generator) -> F64:
    """Those of a box with even walls, at the times after the direct sound."""
    size = np.array([rng.uniform(*one) for one in _SIZES])
    walls = 2.0 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    absorbed = min(0.95, 0.161 * float(size.prod()) / (walls * ring))  # Sabine's formula
    ear = rng.uniform(_WALL, size - _WALL)
    way = rng.standard_normal(3)
    mouth = np.clip(ear + way / np.linalg.norm(way) * rng.uniform(*_AWAY), _WALL, size - _WALL)
    orders = np.arange(-_MIRRORS, _MIRRORS + 1)
    mirrored = np.where(
        orders[:, None] % 2 == 0,
        orders[:, None] * size + mouth,
        (orders[:, None] + 1) * size - mouth,
    )
    x, y, z = np.meshgrid(*(mirrored[:, axis] - ear[axis] for axis in range(3)), indexing="ij")
    bounces = np.abs(orders)[:, None, None] + np.abs(orders)[:, None] + np.abs(orders)
    away = np.sqrt(x * x + y * y + z * z).ravel()
    strength = math.sqrt(1.0 - absorbed) ** bounces.ravel() / np.maximum(away, 0.1)
    straight = float(np.linalg.norm(mouth - ear))
    at = np.rint((away - straight) / _SOUND * SAMPLE_RATE).astype(np.int64)
    found = np.zeros(length)
    inside = (at > 0) & (at < length)
    np.add.at(found, at[inside], strength[inside])
    return found
