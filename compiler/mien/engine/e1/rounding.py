"""Float64 to the float32 that tables hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.engine.tables import F32, I32

F64 = npt.NDArray[np.float64]


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
