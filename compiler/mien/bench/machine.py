"""Yardsticks that compute no faces: writing rows, and multiplying and adding, on one core.

Writing is a floor that no pipeline passes. Multiplying and adding is NumPy's rate, not the
machine's peak: fused loops that keep values in registers are faster.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import numpy as np

from mien.engine.tables import F32

_CACHE_BYTES = 256 << 20
"""More than any cache: what rotating buffers should take together, where memory allows."""


def rotating(shape: tuple[int, int]) -> Callable[[], F32]:
    """Gives float32 buffers of ``shape`` in turn: touched before, cold again when they return."""
    size = shape[0] * shape[1] * 4
    count = max(2, min(16, -(-_CACHE_BYTES // size)))
    buffers = cycle([np.ones(shape, dtype=np.float32) for _ in range(count)])
    return lambda: next(buffers)


def fill(buffer: F32) -> None:
    """Write every float of ``buffer``: the least that making the rows can cost."""
    buffer.fill(0.5)


_LANES = 4096
_TIMES = 64
MULTIPLY_ADDS = _LANES * _TIMES
"""What one call of `multiply_add` does."""

_X = np.full(_LANES, 0.5, dtype=np.float32)


def multiply_add() -> None:
    """Compute x * x + x over numbers that stay in the cache, by NumPy's vectorised loops."""
    x, out = _X, np.empty_like(_X)
    for _ in range(_TIMES):
        np.multiply(x, x, out=out)
        np.add(out, x, out=out)
