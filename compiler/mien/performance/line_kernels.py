"""`mien.performance.prosody`'s lines, compiled: the same arithmetic, a point at a time."""

from __future__ import annotations

import numpy as np

from mien.engine.jit import part_of_kernels, typed_kernel
from mien.performance.clock import F64
from mien.performance.prosody import REACH, Line, arrays_of


def moved_along(line: Line, points: F64, stress: F64) -> F64:
    """As `mien.performance.prosody.moved_along`."""
    return _moved(points, stress, *arrays_of(line))


@part_of_kernels
def _held(share: float) -> float:
    return min(1.0, max(0.0, share))


@part_of_kernels
def _on(place: float, axis: int, places: F64, anchors: F64) -> float:
    """Where on an axis the line is at ``place``."""
    part = 0
    for number in range(1, len(places) - 1):
        if place >= places[number]:
            part = number
    low = anchors[part, axis]
    share = (place - places[part]) / (places[part + 1] - places[part])
    found: float = low + share * (anchors[part + 1, axis] - low)
    return found


@typed_kernel(
    "float64[:,::1]", "float64 2", "float64 1", "float64 1", "float64 1", "float64 1", "float64 2"
)
def _moved(points: F64, stress: F64, low: F64, way: F64, places: F64, anchors: F64) -> F64:
    found = np.empty_like(points)
    square = (way[0] * way[0] + way[1] * way[1]) + way[2] * way[2]
    for row in range(len(points)):
        along = (points[row, 0] - low[0]) * way[0] + (points[row, 1] - low[1]) * way[1]
        place = _held((along + (points[row, 2] - low[2]) * way[2]) / square)
        to = _held(place + REACH * stress[row])
        for axis in range(3):
            there, here = _on(to, axis, places, anchors), _on(place, axis, places, anchors)
            found[row, axis] = points[row, axis] + (there - here)
    return found
