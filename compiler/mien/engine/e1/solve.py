"""The numbers of a label's table, in float64 and rounded once to float32: basis, plateaus, solver.

Every step is an elementwise NumPy operation in a fixed order, so that the bits are those of the
plain loops on every machine; LAPACK's depend on its build and on the CPU. The functions of a VAD
point take the operations in the order of the float32 evaluation.

Letters: P points, K intensities of a label, C channels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.engine.tables import F32, I32
from mien.errors import MienError

F64 = npt.NDArray[np.float64]

ROUNDING = 1.0 + 2.0**-20
"""More than the relative error of a float32 metric distance: three roundings a term, two sums."""

LEAST_PIVOT = 1e-6
"""Below this share of a point's own weight is its own: the others nearly determine it."""


def single(values: npt.ArrayLike) -> F32:
    """Each value rounded once to float32, -0.0 to 0.0; a new read-only C-contiguous array."""
    rounded = np.array(values, dtype=np.float64, order="C").astype(np.float32) + np.float32(0.0)
    rounded.setflags(write=False)
    return rounded


def positions(values: npt.ArrayLike, width: int = 0) -> I32:
    """Channel positions as a read-only int32 array; rows of ``width`` where it is not 0."""
    table = np.array(values, dtype=np.int32, order="C")
    if width:
        table = table.reshape(-1, width)
    table.setflags(write=False)
    return table


def double(values: F32) -> F64:
    """The same values as float64, exactly."""
    return values.astype(np.float64)


def squared_distances(points: F64, centres: F64, metric: F64) -> F64:
    """(P, K) squared metric distances from points (P, 3) to centres (K, 3)."""
    away = points[:, None, :] - centres[None, :, :]
    parts = (metric * away) * away
    squared: F64 = (parts[:, :, 0] + parts[:, :, 1]) + parts[:, :, 2]
    return squared


def wendland(squared: F64, support: F64) -> F64:
    """Wendland's C2 function (Wendland 1995) of the distance r: (1 - u)^4 (4u + 1), u = r/rho.

    Positive definite in up to three dimensions, 0 from u = 1 on.
    """
    u = np.sqrt(squared) / support
    p = np.maximum(0.0, 1.0 - u)
    p2 = p * p
    phi: F64 = (p2 * p2) * (4.0 * u + 1.0)
    return phi


def trend(points: F64, rules: F64) -> F64:
    """(P, C) sigmoid of each channel's quadratic, at points (P, 3), rules (C, 10)."""
    v, a, d = (points[:, axis, None] for axis in range(3))
    terms = (v, a, d, v * v, a * a, d * d, v * a, v * d, a * d)
    q = rules[None, :, 0]
    for position, term in enumerate(terms, 1):
        q = q + rules[None, :, position] * term
    return (1.0 + q / np.sqrt(1.0 + q * q)) * 0.5


def plateau_radii(anchors: F32, metric: F32, *, reach: float, flat: float) -> tuple[F32, F32]:
    """Squared outer radii (K,) and the squares' differences to the inner radii (K,).

    The outer radius is ``reach`` times half the distance to the nearest other anchor, the inner one
    ``flat`` times that. The span is the float32 difference of the rounded squares, so that
    (outer - r2) / span is at least 1 for every float32 r2 up to the rounded inner square.
    """
    distance = anchor_distances(anchors, metric)
    distance[np.diag_indices(len(distance))] = np.inf
    nearest = np.array([min(row) for row in distance.tolist()])
    radius = reach * (nearest * 0.5)
    inner = flat * radius
    outer = single(radius * radius)
    span = single(double(outer) - double(single(inner * inner)))
    return outer, span


def overlap(anchors: F32, metric: F32, outer: F32, span: F32) -> tuple[int, int] | None:
    """Two anchors whose plateaus could touch under float32 rounding, or have no width, if any."""
    distance = anchor_distances(anchors, metric)
    radius = np.sqrt(double(outer)) * ROUNDING
    for i in range(len(radius)):
        for j in range(i):
            if not (radius[i] + radius[j] < distance[i, j] and span[i] > 0.0 and span[j] > 0.0):
                return j, i
    return None


def anchor_distances(anchors: F32, metric: F32) -> F64:
    """(K, K) metric distances between the anchors, in float64."""
    points = double(anchors)
    return np.sqrt(squared_distances(points, points, double(metric)))


class NotPositiveError(MienError, ArithmeticError):
    """The matrix is singular or nearly so; ``row`` depends on the rows before it."""

    def __init__(self, row: int) -> None:
        self.row = row
        super().__init__(f"row {row} depends on the rows before it")


def cholesky(matrix: F64) -> F64:
    """The lower factor L of a symmetric ``matrix`` (K, K) = L L^T with unit diagonal.

    Raises:
        NotPositiveError: a pivot is below LEAST_PIVOT.
    """
    rest = matrix.copy()
    factor = np.zeros_like(matrix)
    for j in range(len(matrix)):
        pivot = rest[j, j]
        if not pivot >= LEAST_PIVOT:
            raise NotPositiveError(j)
        root = np.sqrt(pivot)
        column = rest[j + 1 :, j] / root
        factor[j, j] = root
        factor[j + 1 :, j] = column
        rest[j + 1 :, j + 1 :] -= column[:, None] * column[None, :]
    return factor


def solve(factor: F64, values: F64) -> F64:
    """X (K, C) of L L^T X = values (K, C): forward, then backward substitution by columns of L."""
    x = values.copy()
    for j in range(len(factor)):
        x[j] /= factor[j, j]
        x[j + 1 :] -= factor[j + 1 :, j][:, None] * x[j][None, :]
    for j in reversed(range(len(factor))):
        x[j] /= factor[j, j]
        x[:j] -= factor[j, :j][:, None] * x[j][None, :]
    return x
