"""The clock of a performance: frames and ticks, and how things get from one state to another.

Times are whole ticks, so that a performance that begins later is the same performance, to the bit.
Everything is + - * / of float64 in the order written here: the same bits on every machine.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

FRAME_RATE = 60
"""Faces a second."""

FRAME = 1000
"""Ticks a frame."""

TICKS = FRAME_RATE * FRAME
"""Ticks a second."""

PEAK_SPEED = 1.5
"""The greatest speed of `smoothstep` over its mean speed."""


def ticks(seconds: float) -> int:
    """The nearest tick to a moment, or to a length, in seconds."""
    return math.floor(seconds * TICKS + 0.5)


def frame_ticks(first: int, frames: int) -> I64:
    """The ticks (n,) of ``frames`` frames from the frame ``first`` on."""
    return np.arange(first, first + frames, dtype=np.int64) * FRAME


def smoothstep(share: F64) -> F64:
    """The cubic t t (3 - 2 t) of ``share`` held to [0, 1]: 0 at 0, 1 at 1, at rest at both."""
    t = np.minimum(1.0, np.maximum(0.0, share))
    way: F64 = (t * t) * (3.0 - 2.0 * t)
    return way


def way(moments: I64, start: int, length: int) -> F64:
    """How far (n,) a movement of ``length`` ticks from ``start`` on has come; at once where 0."""
    if length <= 0:
        return (moments >= start).astype(np.float64)
    return smoothstep((moments - start).astype(np.float64) / float(length))


def pulse(moments: I64, start: int, rise: int, hold: int, fall: int) -> F64:
    """Up to 1 (n,) in ``rise`` ticks from ``start`` on, held, down again; 0 before and after."""
    return way(moments, start, rise) * (1.0 - way(moments, start + rise + hold, fall))
