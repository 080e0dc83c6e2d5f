"""`mien_trainer.speak.prosody`'s hearing, compiled: the same sums in the same order.

Dimension letters: n frames, W samples of a window, L lags.
"""

from __future__ import annotations

import math

import numpy as np

from mien.engine.jit import part_of_kernels, typed_kernel
from mien.exact import HALF_ROOT, LN2_HIGH, LN2_LOW, LOG_TERMS
from mien_trainer.frames import F32
from mien_trainer.mel import F64
from mien_trainer.speak.prosody import FIRST_PEAK, FLAT, HEARD, LAGS, LEAST, RATE

_FIRST, _COUNT = int(LAGS[0]), len(LAGS)


@part_of_kernels
def _total(values: F64, width: int) -> float:
    """The sum of the first ``width`` of values, by halves, in place."""
    half = 1
    while half * 2 < width:
        half *= 2
    while half:
        for at in range(width - half):
            values[at] += values[half + at]
        width = half
        half >>= 1
    total: float = values[0]
    return total


@part_of_kernels
def _log(x: float) -> float:
    """`mien.exact.exact_log` of one number."""
    fraction, power = math.frexp(x)
    if fraction < HALF_ROOT:
        fraction *= 2.0
        power -= 1
    ratio = (fraction - 1.0) / (fraction + 1.0)
    square = ratio * ratio
    series = 1.0 / (2 * LOG_TERMS + 1)
    for term in range(LOG_TERMS - 1, -1, -1):
        series *= square
        series += 1.0 / (2 * term + 1)
    return power * LN2_HIGH + (2.0 * ratio * series + power * LN2_LOW)


@part_of_kernels
def _peak(around: F64, lag: int) -> tuple[float, float]:
    """How high the parabola through three lags is, and where: -2 where it has no peak."""
    up, down = around[lag + 1] - around[lag], around[lag + 2] - around[lag + 1]
    bend = down - up
    peaks = up >= 0.0 and down <= 0.0 and bend < 0.0
    if not peaks:
        bend = -1.0
    slope = around[lag] - around[lag + 2]
    if lag in (0, _COUNT - 1):
        slope = 0.0
    shift = 0.5 * slope / bend
    height = around[lag + 1] - 0.25 * slope * shift
    return height if peaks else -2.0, shift


@part_of_kernels
def _pitch(taps: F64, terms: F64, around: F64) -> tuple[float, float]:
    """The frequency in Hz after whose period ``taps`` repeat best, and how well."""
    for at in range(HEARD):
        terms[at] = taps[at] * taps[at]
    own = _total(terms, HEARD)
    around[0] = around[_COUNT + 1] = -2.0
    for lag in range(_COUNT):
        later = _FIRST + lag
        for at in range(HEARD):
            terms[at] = taps[later + at] * taps[later + at]
        energy = own * _total(terms, HEARD)
        for at in range(HEARD):
            terms[at] = taps[later + at] * taps[at]
        around[1 + lag] = _total(terms, HEARD) / math.sqrt(energy + LEAST * LEAST)
    highest = -2.0
    for lag in range(_COUNT):
        highest = max(highest, _peak(around, lag)[0])
    first = 0
    for lag in range(_COUNT):
        if _peak(around, lag)[0] >= FIRST_PEAK * highest:
            first = lag
            break
    height, shift = _peak(around, first)
    return RATE / (_FIRST + first + shift), min(1.0, max(0.0, height))


@typed_kernel("float64[:, ::1]", "float32 2")
def heard_in(windows: F32) -> F64:
    """Rows (4, n) of level, brightness, pitch and how sure that is, of windows (n, W)."""
    frames, width = windows.shape
    found = np.empty((4, frames))
    folded, taps = np.empty(width // 4), np.empty(width // 4 - 1)
    halved, pitched = np.empty(width // 8 - 1), np.empty(width // 8 - 2)
    own, terms, around = np.empty(width), np.empty(width), np.empty(_COUNT + 2)
    for frame in range(frames):
        for at in range(width):
            own[at] = windows[frame, at]
        for at in range(width - 1):
            step = own[at + 1] - own[at]
            terms[at] = step * step
        terms[width - 1] = 0.0
        steps = _total(terms, width)
        for at in range(width):
            terms[at] = own[at] * own[at]
        energy = _total(terms, width)
        for at in range(len(folded)):
            low, high = own[4 * at] + own[4 * at + 1], own[4 * at + 2] + own[4 * at + 3]
            folded[at] = (low + high) * 0.25
        for at in range(len(taps)):
            taps[at] = folded[at + 1] - FLAT * folded[at]
            terms[at] = taps[at] * taps[at]
        power = _total(terms, len(taps))
        for at in range(len(halved)):
            ends = folded[2 * at] + folded[2 * at + 2]
            halved[at] = (ends + 2.0 * folded[2 * at + 1]) * 0.25
        for at in range(len(pitched)):
            pitched[at] = halved[at + 1] - FLAT * halved[at]
        hertz, sure = _pitch(pitched, terms, around)
        found[0, frame] = _log(power / len(taps) + LEAST)
        found[1, frame] = _log((steps + LEAST) / (energy + LEAST))
        found[2, frame] = _log(hertz)
        found[3, frame] = sure
    return found
