"""The largest directional derivative over a cell, of a column or of a difference of two."""

from __future__ import annotations

from mien.certify.model import FREE, Cell, Work
from mien.engine.jit import kernel


@kernel
def steepest(cell: Cell, work: Work) -> None:
    """Fill ``work.steep`` of the wanted columns, over the branches that occur; and the score."""
    strays = 0.0
    for m in range(3):
        cell.score[m] = 0.0
    for j in range(work.wanted.shape[0]):
        if work.wanted[j] == 1:
            for d in range(4):
                work.steep[j, d] = 0.0
            for branch in range(3):
                if work.possible[j, branch] == 1:
                    for d in range(4):
                        for c in range(cell.corners[0]):
                            w = cell.corner[c, 0]
                            k = cell.corner[c, 1] if branch == FREE else 0.0
                            size = w * work.beam[j, branch, d, 8] + k * work.beam[j, branch, d, 9]
                            if c == cell.corners[0] - 1:
                                strays += size
                            size += abs(
                                w * work.beam[j, branch, d, 0] + k * work.beam[j, branch, d, 4]
                            )
                            for m in range(3):
                                part = abs(
                                    w * work.beam[j, branch, d, 1 + m]
                                    + k * work.beam[j, branch, d, 5 + m]
                                )
                                size += part
                                if c == cell.corners[0] - 1:
                                    cell.score[m] += part
                            work.steep[j, d] = max(work.steep[j, d], size)
                        if branch == FREE and cell.corners[0] > 1:
                            # Corners part w from k, which r ties together.
                            cell.score[0] += (
                                3.0 * abs(work.beam[j, FREE, d, 4]) * (cell.ease[1] - cell.ease[0])
                            )
    # What strays from linear does so by the squares of the cell's sizes.
    total = 0.0
    for m in range(3):
        total += size_of(cell, m)
    if total > 0.0:
        for m in range(3):
            cell.score[m] += 1.5 * strays * size_of(cell, m) / total


@kernel
def size_of(cell: Cell, m: int) -> float:
    """The squared length of the cell along a parameter."""
    v: float = cell.edge[m, 0]
    a: float = cell.edge[m, 1]
    d: float = cell.edge[m, 2]
    return (v * v + a * a) + d * d


@kernel
def difference(
    cell: Cell, j: int, j_gain: float, p: int, p_gain: float, d: int, work: Work
) -> float:
    """The largest |j_gain * column j - p_gain * column p| by sign vector ``d``, all branches."""
    most = 0.0
    for one in range(3):
        for two in range(3):
            if work.possible[j, one] == 1 and work.possible[p, two] == 1:
                for c in range(cell.corners[0]):
                    w = cell.corner[c, 0]
                    k_j = j_gain * cell.corner[c, 1] if one == FREE else 0.0
                    k_p = p_gain * cell.corner[c, 1] if two == FREE else 0.0
                    w_j = j_gain * w
                    w_p = p_gain * w
                    size = (w_j * work.beam[j, one, d, 8] + k_j * work.beam[j, one, d, 9]) + (
                        w_p * work.beam[p, two, d, 8] + k_p * work.beam[p, two, d, 9]
                    )
                    for m in range(4):
                        size += abs(
                            (w_j * work.beam[j, one, d, m] + k_j * work.beam[j, one, d, 4 + m])
                            - (w_p * work.beam[p, two, d, m] + k_p * work.beam[p, two, d, 4 + m])
                        )
                    most = max(most, size)
    return most
