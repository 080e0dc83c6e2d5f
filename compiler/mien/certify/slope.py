"""The largest directional derivative over a cell, of a column or of a difference of two."""

from __future__ import annotations

from mien.certify.model import FREE, Cell, Work
from mien.engine.jit import kernel


@kernel
def column_slopes(cell: Cell, work: Work) -> None:
    """Fill ``work.slope`` (J, 4) of the wanted columns, and ``cell.score`` (3,).

    A slope is the largest |w A + k B| over the branches that occur and the hull of (w, k).
    """
    remainder = 0.0
    for m in range(3):
        cell.score[m] = 0.0
    for j in range(work.wanted.shape[0]):
        if work.wanted[j] == 1:
            for d in range(4):
                work.slope[j, d] = 0.0
            for branch in range(3):
                if work.possible[j, branch] == 1:
                    for d in range(4):
                        for c in range(cell.hull_size[0]):
                            w = cell.hull[c, 0]
                            k = cell.hull[c, 1] if branch == FREE else 0.0
                            size = (
                                w * work.directional[j, branch, d, 8]
                                + k * work.directional[j, branch, d, 9]
                            )
                            if c == cell.hull_size[0] - 1:
                                remainder += size
                            size += abs(
                                w * work.directional[j, branch, d, 0]
                                + k * work.directional[j, branch, d, 4]
                            )
                            for m in range(3):
                                part = abs(
                                    w * work.directional[j, branch, d, 1 + m]
                                    + k * work.directional[j, branch, d, 5 + m]
                                )
                                size += part
                                if c == cell.hull_size[0] - 1:
                                    cell.score[m] += part
                            work.slope[j, d] = max(work.slope[j, d], size)
                        if branch == FREE and cell.hull_size[0] > 1:
                            # Corners part w from k, which r ties together.
                            cell.score[0] += (
                                3.0
                                * abs(work.directional[j, FREE, d, 4])
                                * (cell.blend[1] - cell.blend[0])
                            )
    # Remainders grow with the squares of the cell's sizes.
    total = 0.0
    for m in range(3):
        total += size_of(cell, m)
    if total > 0.0:
        for m in range(3):
            cell.score[m] += 1.5 * remainder * size_of(cell, m) / total


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
                for c in range(cell.hull_size[0]):
                    w = cell.hull[c, 0]
                    k_j = j_gain * cell.hull[c, 1] if one == FREE else 0.0
                    k_p = p_gain * cell.hull[c, 1] if two == FREE else 0.0
                    w_j = j_gain * w
                    w_p = p_gain * w
                    size = (
                        w_j * work.directional[j, one, d, 8] + k_j * work.directional[j, one, d, 9]
                    ) + (
                        w_p * work.directional[p, two, d, 8] + k_p * work.directional[p, two, d, 9]
                    )
                    for m in range(4):
                        size += abs(
                            (
                                w_j * work.directional[j, one, d, m]
                                + k_j * work.directional[j, one, d, 4 + m]
                            )
                            - (
                                w_p * work.directional[p, two, d, m]
                                + k_p * work.directional[p, two, d, 4 + m]
                            )
                        )
                    most = max(most, size)
    return most
