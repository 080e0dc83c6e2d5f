"""Paths of valence, arousal and dominance inside a label: rest at a point, move on, rest again.

A path is the moves of a performance that shows the label all along.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.performance.clock import FRAME, PEAK_SPEED, TICKS, ticks
from mien.performance.expression import Curves, Move, Pose, Slot
from mien.performance.performer import Plan
from mien_trainer.frames import F32

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

DRIFT = 1.0
"""The seconds of a wandering movement, at most."""

SETTLED = 0.2
"""The share of a rest that is spent on its point however it wanders."""


class _Kind(Enum):
    """Where a path rests."""

    INTENSITY = 0
    STYLE = 1
    BETWEEN_INTENSITIES = 2
    TOWARDS_STYLE = 3


_SHARES = (0.5, 0.2, 0.2, 0.1)


def clip_plan(bank: Bank, label: str, frames: int, rng: np.random.Generator, seed: int) -> Plan:
    """What a clip of so many frames shows: the label along a path, alive, from start to end.

    ``rng`` draws the path, ``seed`` is that of its life.

    Raises:
        QueryError: an unknown label.
    """
    moves = _moves(bank, label, rng)
    first = next(moves).pose
    kept = tuple(takewhile(lambda move: move.start < frames * FRAME, moves))
    return Plan(first=first, moves=kept, seed=seed, frames=frames, rests=False)


def path_of(plan: Plan) -> F32:
    """The path (N, 3) in [-1, 1] of a clip's plan."""
    curves = Curves(plan.first)
    for move in plan.moves:
        curves.add(move)
    shown = curves.block(0, plan.frames or 0).values()
    points = np.concatenate([np.zeros((0, 3)), *(curve.points for curve in shown)])
    return points.astype(np.float32)


def _moves(bank: Bank, label: str, rng: np.random.Generator) -> Iterator[Move]:
    """Without end; the first leads to where the path begins, some time before the clip.

    Raises:
        QueryError: an unknown label.
    """
    first = _point(bank, label, rng)
    slot = Slot(bank.labels.index(label), PLAIN)

    def move(start: int, length: int, point: F64) -> Move:
        v, a, d = point.tolist()
        return Move(start=start, length=length, pose=Pose(weights={slot: 1.0}, point=(v, a, d)))

    wide = 0.0 if rng.random() < STILL else rng.uniform(*WANDER)
    at, point = -ticks(rng.uniform(0.0, REST[0])), first
    yield move(at, 0, point)
    while True:
        rest = rng.uniform(*REST)
        drifts = int(rest / DRIFT) + 2 if wide else 0
        for k in range(drifts):
            length = ticks((1.0 - SETTLED) * rest / drifts)
            away = rng.uniform(-wide, wide, 3) * (k < drifts - 1)
            yield move(at + k * length, length, np.clip(point + away, -1.0, 1.0))
        at += ticks(rest)
        before = point
        while not (point != before).any():
            point = _point(bank, label, rng)
        needed = PEAK_SPEED * float(np.abs(point - before).max()) / SPEED
        length = int(max(rng.uniform(*MOVE), needed) * TICKS) + 1
        yield move(at, length, point)
        at += length


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
