"""`mien.performance.life_curves`, compiled: the same arithmetic, a frame at a time."""

from __future__ import annotations

import numpy as np

from mien.engine.jit import part_of_kernels, typed_kernel
from mien.performance.clock import F64, FRAME
from mien.performance.life_curves import DRIFT_FRAMES, FADE, SUMS, TIMES


@part_of_kernels
def _come(ticks: float, length: float) -> float:
    t = min(1.0, max(0.0, ticks / length))
    return (t * t) * (3.0 - 2.0 * t)


@typed_kernel(
    "Tuple((float64[::1], float64[:,::1], float64[::1], float64[:,::1]))",
    "intp",
    "intp",
    "float64 2",
    "float64 2",
    "float64 1",
    "float64 1",
    "float64",
    "float64",
    "float64",
)
def life_curves(
    first: int,
    end: int,
    movements: F64,
    drift: F64,
    speech: F64,
    stress: F64,
    height: float,
    degrees: float,
    amount: float,
) -> tuple[F64, F64, F64, F64]:
    """As `mien.performance.life_curves.life_curves`."""
    frames = len(speech)
    lids, eyes = np.zeros(frames), np.empty((frames, 2))
    brows, head = np.empty(frames), np.empty((frames, 3))
    sums = np.empty(SUMS)
    for row in range(frames):
        frame = first + row
        moment = float(frame * FRAME)
        there = _come(moment, FADE)
        if end:
            there *= 1.0 - _come(moment - ((end - 1) * FRAME - FADE), FADE)
        sums[:] = 0.0
        for at in range(len(movements)):
            begun = moment - movements[at, 0]
            rise, hold, fall = movements[at, 1], movements[at, 2], movements[at, 3]
            shape = _come(begun, rise) * (
                1.0 - _come(moment - (movements[at, 0] + rise + hold), fall)
            )
            for place in range(SUMS):
                sums[place] += movements[at, TIMES + place] * shape
            lids[row] = max(lids[row], movements[at, TIMES + SUMS] * shape)
        cell = frame // DRIFT_FRAMES
        span = DRIFT_FRAMES * FRAME
        come = _come(moment - cell * span, span)
        at = cell - first // DRIFT_FRAMES
        loud = 0.5 + 0.5 * speech[row]
        for axis in range(3):
            way = (1.0 - come) * drift[at, axis] + come * drift[at + 1, axis]
            head[row, axis] = way * loud * amount
        head[row, 1] = head[row, 1] + sums[3] - sums[4] + stress[row] * degrees
        for axis in range(3):
            head[row, axis] *= there
        brows[row] = (sums[2] + stress[row] * height) * there
        eyes[row, 0], eyes[row, 1] = sums[0] * there, sums[1] * there
    return lids, eyes, brows, head
