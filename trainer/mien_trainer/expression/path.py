"""Paths of valence, arousal and dominance inside a label: rest at a point, move on, rest again."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien_trainer.expression.ease import PEAK_SPEED, ease
from mien_trainer.frames import F32, FRAME_RATE, frame_times

F64 = npt.NDArray[np.float64]

SPEED = 1.2
"""The greatest speed on any axis, a second. Faces then move by at most about 0.2 a frame on any
channel, and by 0.03 on average over the channels: what the quickest brows and lips of a performer
do (measured on a range-of-motion take)."""

MOVE = (0.4, 1.5)
"""The seconds of a move; more only where SPEED does not allow it."""

REST = (0.5, 2.2)
"""The seconds of a rest."""

STILL = 0.5
"""The share of paths that rest exactly on their points; the others wander about them."""

WANDER = (0.02, 0.1)
"""How far on each axis a path wanders from its point, at most."""

_TONES = 3
_TONE = (0.1, 0.6)
"""The frequencies of the wandering in hertz."""

_SETTLE = 0.4
"""The seconds in which the wandering sets in, and in which it ends."""


class _Kind(Enum):
    """Where a path rests."""

    INTENSITY = 0
    STYLE = 1
    BETWEEN_INTENSITIES = 2
    TOWARDS_STYLE = 3


_SHARES = (0.5, 0.2, 0.2, 0.1)


@frozen(kw_only=True, eq=False)
class _Rest:
    """A point (3,) and the seconds from ``start`` to ``end`` spent at it."""

    point: F64
    start: float
    end: float


def vad_path(bank: Bank, label: str, frames: int, rng: np.random.Generator) -> F32:
    """A path (N, 3) in [-1, 1] through the label's anchors and points between them, twice smooth.

    Raises:
        QueryError: an unknown label.
    """
    wide = 0.0 if rng.random() < STILL else rng.uniform(*WANDER)
    times = frame_times(frames)
    path = np.empty((frames, 3))
    before: _Rest | None = None
    for rest in _rests(bank, label, frames, rng):
        if before is not None:
            moving = slice(*np.searchsorted(times, (before.end, rest.start)).tolist())
            way = ease((times[moving] - before.end) / (rest.start - before.end))
            path[moving] = before.point + way[:, None] * (rest.point - before.point)
        resting = slice(*np.searchsorted(times, (rest.start, rest.end)).tolist())
        path[resting] = rest.point + _wandering(rest, times[resting], wide, rng)
        before = rest
    return np.clip(path, -1.0, 1.0).astype(np.float32)


def _rests(bank: Bank, label: str, frames: int, rng: np.random.Generator) -> Iterator[_Rest]:
    """Rests up to the last frame. The first may have begun before the clip."""
    last = (frames - 1) / FRAME_RATE
    start = -rng.uniform(0.0, REST[0])
    point = _point(bank, label, rng)
    while True:
        rest = _Rest(point=point, start=start, end=start + rng.uniform(*REST))
        yield rest
        if rest.end > last:
            return
        while not (point != rest.point).any():
            point = _point(bank, label, rng)
        needed = PEAK_SPEED * float(np.abs(point - rest.point).max()) / SPEED
        start = rest.end + max(rng.uniform(*MOVE), needed)


def _point(bank: Bank, label: str, rng: np.random.Generator) -> F64:
    """A point (3,) to rest at."""
    intensity = rng.choice(bank.intensities)
    styles = bank.styles(label)
    kind = _Kind(rng.choice(len(_Kind), p=_SHARES)) if styles else _Kind.BETWEEN_INTENSITIES
    anchor = bank.anchor(label, intensity).astype(np.float64)
    if kind is _Kind.INTENSITY:
        return anchor
    if kind is _Kind.BETWEEN_INTENSITIES:
        return bank.point(label, intensity=rng.random()).astype(np.float64)
    style = bank.anchor(label, rng.choice(styles)).astype(np.float64)
    if kind is _Kind.STYLE:
        return style
    toward: F64 = anchor + rng.random() * (style - anchor)
    return toward


def _wandering(rest: _Rest, times: F64, wide: float, rng: np.random.Generator) -> F64:
    """A slow movement (n, 3) about a rest, 0 at both of its ends; it does not leave the cube."""
    tones = rng.uniform(*_TONE, size=(_TONES, 1, 3))
    phases = rng.uniform(0.0, 2.0 * np.pi, size=(_TONES, 1, 3))
    waves = np.sin(2.0 * np.pi * tones * (times - rest.start)[:, None] + phases)
    settle = min(_SETTLE, (rest.end - rest.start) / 2.0)
    there = ease((times - rest.start) / settle) * ease((rest.end - times) / settle)
    room = np.minimum(wide, 1.0 - np.abs(rest.point))
    wandering: F64 = waves.sum(axis=0) / _TONES * there[:, None] * room
    return wandering
