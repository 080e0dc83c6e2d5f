"""A plan as a flat table of numbers, which the evaluators in C and C# play; see docs/scores.md.

Life is not in it, and the lips are those of whoever plays it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence

from mien.artifact.write import metadata
from mien.bank import Bank
from mien.performance.clock import FRAME
from mien.performance.expression import REST, Move
from mien.performance.gaze import Gaze
from mien.performance.performer import RELEASE, Plan
from mien.versions import VERSIONS

MAGIC = b"mienplan"
STILL, DYNAMICS = -1, -2
"""In place of a sequence: a face that stands, and the label's own onset, apex and offset."""


def plan_bytes(plan: Plan, bank: Bank) -> bytes:
    """The file of a plan of known length on ``bank``.

    Raises:
        ValueError: nobody knows how long the plan is.
    """
    numbers = tuple(_numbers(plan, bank))
    checksum = str(metadata(bank.tables)["checksum"])
    head = struct.pack("<8sII64s", MAGIC, VERSIONS["plan"], len(numbers), checksum.encode())
    body = head + struct.pack(f"<{len(numbers)}d", *numbers)
    return body + hashlib.sha256(body).digest()


def _numbers(plan: Plan, bank: Bank) -> Iterator[float]:
    if plan.frames is None:
        raise ValueError("a plan without an end has no file")
    last = (plan.frames - 1) * FRAME
    leaves = max(0, last - RELEASE)
    moves = [Move(start=0, length=0, pose=plan.first), *sorted(plan.moves, key=_start)]
    gaze = Gaze()
    for look in plan.looks:
        gaze.add(look)
    if plan.rests:
        moves = [move for at, move in enumerate(moves) if at == 0 or move.start < leaves]
        moves.append(Move(start=leaves, length=last - leaves, pose=REST))
        gaze.close(leaves, last - leaves)
    turning = bool(plan.looks) or any(move.clip is not None for move in plan.moves)
    eyes, heads = gaze.turns
    yield from (plan.frames, turning, len(moves), len(eyes), len(heads))
    for move in moves:
        yield from _move(move, bank)
    for turn in (*eyes, *heads):
        yield from (max(0, turn.start), turn.length, *turn.to)


def _start(move: Move) -> int:
    return move.start


def _move(move: Move, bank: Bank) -> Sequence[float]:
    shares = move.pose.weights
    sequence, intensity = STILL, 0
    if move.clip is not None:
        timeline = bank.timelines[move.clip.label]
        sequence, variants = DYNAMICS, timeline.clips.get(move.clip.name, (move.clip,))
        if move.clip.name:
            sequence = timeline.sequences.index(move.clip.name)
        intensity = next(at for at, one in enumerate(variants) if one is move.clip)
    rows = [number for slot, weight in shares.items() for number in (*slot[:2], weight)]
    return (move.start, move.length, *move.pose.point, sequence, intensity, len(shares), *rows)
