"""How faces get from one place to another: minimum-jerk movements (Flash & Hogan 1985)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

PEAK_SPEED = 1.875
"""The greatest speed of a movement over its mean speed."""


def ease(share: F64) -> F64:
    """How far a movement has come, 0 to 1, when ``share`` of its time is over; held outside [0, 1].

    Speed and acceleration are 0 at both ends.
    """
    t = np.clip(share, 0.0, 1.0)
    way: F64 = t * t * t * (10.0 + t * (6.0 * t - 15.0))
    return way


def pulse(times: F64, *, rise: float, hold: float, fall: float) -> F64:
    """Up to 1 in ``rise`` seconds from 0 on, held, and down again; 0 before and after."""
    way: F64 = ease(times / rise) * (1.0 - ease((times - (rise + hold)) / fall))
    return way
