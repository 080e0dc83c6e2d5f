"""Rounding numbers for a lock, the same on every machine."""

from __future__ import annotations

SCALE = 10_000


def down(value: float) -> float:
    """``value`` >= 0 rounded down to four decimals."""
    return int(value * SCALE) / SCALE


def nearest(value: float) -> float:
    """``value`` >= 0 rounded half up to four decimals."""
    return int(value * SCALE + 0.5) / SCALE
