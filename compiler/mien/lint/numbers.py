"""Numbers as the engine holds them, and as people read them."""

from __future__ import annotations

import struct


def single(value: float) -> float:
    """The value rounded to float32, which is what the engine compares."""
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    return float(rounded)


def shown(value: float) -> str:
    """The value with at most four significant digits."""
    return f"{value:.4g}"
