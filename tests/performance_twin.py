"""The expression of a performance in plain Python, one frame at a time, from the page alone.

Nothing is forgotten, no block is cut, and floats are Python's own; only the faces of the bank and
its conflict come from the engine, which has twins of its own.
"""

from __future__ import annotations

import numpy as np

import mien
from mien.engine.tables import F32, PLAIN
from mien.performance.expression import Move, Pose, Slot
from mien.performance.performer import Plan


def smooth(share: float) -> float:
    t = min(1.0, max(0.0, share))
    return (t * t) * (3.0 - 2.0 * t)


def come(move: Move, moment: int) -> float:
    if move.length == 0:
        return 1.0 if moment >= move.start else 0.0
    return smooth((moment - move.start) / move.length)


def seen_when(moves: list[Move], first: Pose, number: int, slot: Slot) -> bool:
    """Whether a slot is in a pose from the last that is over when move ``number`` begins."""
    poses = [first]
    for other in moves[:number]:
        over = other.start + other.length <= moves[number].start
        poses = [other.pose] if over else [*poses, other.pose]
    return any(slot in pose.weights for pose in poses)


def face_at(bank: mien.Bank, plan: Plan, moves: list[Move], frame: int) -> F32:
    """The face at a frame of a plan whose moves are ``moves``, the last one to rest among them."""
    moment = 1000 * frame
    slots = {*plan.first.weights, *(slot for move in moves for slot in move.pose.weights)}
    mixed = [np.float32(0.0)] * len(bank.channels)
    for slot in sorted(slots):
        weight = plan.first.weights.get(slot, 0.0)
        point = list(plan.first.point)
        for number, move in enumerate(moves):
            e = come(move, moment)
            weight = (1.0 - e) * weight + e * move.pose.weights.get(slot, 0.0)
            if slot not in move.pose.weights:
                continue
            to = [one + 0.0 for one in move.pose.point]
            if seen_when(moves, plan.first, number, slot):
                point = [(1.0 - e) * a + e * b for a, b in zip(point, to, strict=True)]
            elif moment >= move.start:
                point = to
        share = np.float32(weight)
        if share:
            place = [float(np.float32(min(1.0, max(-1.0, one)))) for one in point]
            style = (
                None if slot.style == PLAIN else bank.styles(bank.labels[slot.label])[slot.style]
            )
            face = bank.face(bank.labels[slot.label], vad=place, style=style)
            mixed = [a + share * b for a, b in zip(mixed, face, strict=True)]
    held = np.array([min(np.float32(1.0), one) for one in mixed], dtype=np.float32)
    return bank.compose(held, np.zeros_like(held))
