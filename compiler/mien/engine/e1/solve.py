"""Symmetric positive definite systems, solved in one fixed order of float64 operations.

Every step is an elementwise NumPy operation, so that the bits are those of the plain loops on every
machine; LAPACK's depend on its build and on the CPU.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.rounding import F64
from mien.errors import MienError

LEAST_PIVOT = 1e-6
"""Below this share of a point's own weight is its own: the others nearly determine it."""


class NotPositive(MienError, ArithmeticError):
    """The matrix is singular or nearly so; ``row`` depends on the rows before it."""

    def __init__(self, row: int) -> None:
        self.row = row
        super().__init__(f"row {row} depends on the rows before it")


def cholesky(matrix: F64) -> F64:
    """The lower factor L of a symmetric ``matrix`` (K, K) = L L^T with unit diagonal.

    Raises:
        NotPositive: a pivot is below LEAST_PIVOT.
    """
    rest = matrix.copy()
    factor = np.zeros_like(matrix)
    for j in range(len(matrix)):
        pivot = rest[j, j]
        if not pivot >= LEAST_PIVOT:
            raise NotPositive(j)
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
