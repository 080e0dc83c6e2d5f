"""`mien.formats.decimals`, compiled: rounded as Python's own, exactly."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mien.engine.jit import typed_kernel
from mien.formats import decimals as numbers
from mien.formats.decimals import F64, PLACES

_SCALE = 10**PLACES
_MOST = 4e5
"""Numbers below this have fewer than 52 bits in units of the last place."""

_SPLIT = float((1 << 27) + 1)
_SIZE = len(f",-{_MOST:.0f}.") + PLACES
_COMMA, _MINUS, _POINT, _ZERO = (ord(one) for one in ",-.0")


def decimals(values: F64) -> list[str]:
    """As `mien.formats.decimals.decimals`."""
    text, ends = _digits(values)
    if len(ends) < len(values):
        return numbers.decimals.plain(values)
    whole, begin, rows = text.tobytes().decode("ascii"), 0, list[str]()
    for end in ends.tolist():
        rows.append(whole[begin:end])
        begin = end
    return rows


@typed_kernel("Tuple((uint8[::1], int64[::1]))", "float64 2")
def _digits(values: F64) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The text of rows one behind the other, and where each ends; of none if one is too great."""
    rows, columns = values.shape
    text = np.empty(rows * columns * _SIZE, dtype=np.uint8)
    ends = np.empty(rows, dtype=np.int64)
    at = 0
    for row in range(rows):
        for column in range(columns):
            value = values[row, column]
            size = abs(value)
            if not size < _MOST:
                return text[:0], ends[:0]
            units = size * _SCALE
            # What the product lost (Dekker 1971): it decides where that lies between two.
            high = _SPLIT * size - (_SPLIT * size - size)
            lost = (high * _SCALE - units) + (size - high) * _SCALE
            nearest = math.floor(units)
            part = units - nearest
            odd = int(nearest) & 1
            if part > 0.5 or (part == 0.5 and (lost > 0.0 or (lost == 0.0 and odd))):
                nearest += 1
            number = int(nearest)
            text[at] = _COMMA
            at += 1
            if math.copysign(1.0, value) < 0.0:
                text[at] = _MINUS
                at += 1
            whole, rest = number // _SCALE, number % _SCALE
            places = 1
            while 10**places <= whole:
                places += 1
            for place in range(places - 1, -1, -1):
                text[at + place] = _ZERO + whole % 10
                whole //= 10
            at += places
            text[at] = _POINT
            for place in range(PLACES, 0, -1):
                text[at + place] = _ZERO + rest % 10
                rest //= 10
            at += 1 + PLACES
        ends[row] = at
    return text[:at], ends
