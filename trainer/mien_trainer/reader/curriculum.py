"""What a transformer is taught, as arrays: pieces, targets, and what of them is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_POOL = 64
"""Batches of alike lengths are made of so many batches' texts at a time."""


@frozen(kw_only=True, eq=False)
class Curriculum:
    """n texts: pieces, targets (n, K), vectors of the teacher (n, 512) and weights (n,).

    The columns of targets are labels, VAD, and the corpora's own labels; one that is not a number
    teaches nothing, and so does a vector of zeros. ``turn`` (n,) says which rounds have a text: of
    those with 0 every round, of the others round r has those with ``r % turns == turn - 1``.
    """

    pieces: tuple[tuple[int, ...], ...]
    targets: F32
    vectors: F32
    weights: F32
    turn: I64
    turns: int


@frozen(kw_only=True, eq=False)
class Batch:
    """Texts taken together: their rows, numbers of pieces (b, n) padded with 0, and lengths."""

    rows: I64
    pieces: I64
    lengths: I64


def batches(lesson: Curriculum, seed: int, turn: int, size: int, longest: int) -> Iterator[Batch]:
    """The batches of one round in an order that follows from seed and round.

    A batch has at most ``size`` texts and ``size * longest / 2`` pieces, padding among them.
    """
    generator = np.random.default_rng((seed, turn))
    here = (lesson.turn == 0) | (lesson.turn - 1 == turn % max(lesson.turns, 1))
    rows = generator.permutation(np.flatnonzero(here))
    lengths = np.array([len(one) for one in lesson.pieces], dtype=np.int64)
    groups: list[I64] = []
    for start in range(0, len(rows), size * _POOL):
        pool = rows[start : start + size * _POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        groups += _cut(pool, lengths, size, size * longest // 2)
    for i in generator.permutation(len(groups)):
        yield batch_of(lesson.pieces, groups[int(i)])


def batch_of(pieces: Sequence[Sequence[int]], rows: I64) -> Batch:
    """Some texts as one batch."""
    taken = [pieces[int(row)] for row in rows]
    lengths = np.array([len(one) for one in taken], dtype=np.int64)
    padded = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
    for row, one in zip(padded, taken, strict=True):
        row[: len(one)] = one
    return Batch(rows=rows, pieces=padded, lengths=lengths)


def _cut(pool: I64, lengths: I64, size: int, most: int) -> list[I64]:
    """Rows of growing length in groups of at most ``size`` rows and ``most`` padded pieces."""
    found: list[I64] = []
    start = 0
    for end in range(1, len(pool) + 1):
        full = end - start == size or end == len(pool)
        if full or (end + 1 - start) * int(lengths[pool[end]]) > most:
            found.append(pool[start:end])
            start = end
    return found
