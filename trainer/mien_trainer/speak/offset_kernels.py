"""`mien_trainer.speak.offset`, compiled: the same sums in the same order."""

from __future__ import annotations

import numpy as np

from mien.engine.jit import part_of_kernels, typed_kernel
from mien_trainer.frames import F32
from mien_trainer.mel import F64
from mien_trainer.speak.offset import BLOCK, FORGOTTEN

_FOLD, _HALF = 8, BLOCK // 2


@part_of_kernels
def _half(values: F32, begin: int, sums: F64) -> float:
    """The sum of half a block as NumPy takes it: every eighth by itself, then those."""
    for at in range(_FOLD):
        sums[at] = values[begin + at]
    for at in range(_FOLD, _HALF):
        sums[at % _FOLD] += values[begin + at]
    low = (sums[0] + sums[1]) + (sums[2] + sums[3])
    total: float = low + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    return total


@typed_kernel(
    "Tuple((float32[::1], float64, float64, intp))",
    "float32 1",
    "intp",
    "float64",
    "float64",
    "intp",
)
def freed(
    known: F32, held: int, offset: float, mean: float, blocks: int
) -> tuple[F32, float, float, int]:
    """As `mien_trainer.speak.offset.freed`."""
    found = np.empty(len(known) - held, dtype=np.float32)
    sums = np.empty(_FOLD)
    for begin in range(0, len(known), BLOCK):
        way = mean - offset
        for at in range(max(0, held - begin), min(BLOCK, len(known) - begin)):
            value = np.float64(known[begin + at])
            found[begin + at - held] = value - (offset + way * ((at + 1) / BLOCK))
        if begin + BLOCK <= len(known):
            whole = _half(known, begin, sums) + _half(known, begin + _HALF, sums)
            offset = mean
            blocks = min(blocks + 1, FORGOTTEN)
            mean += (whole / BLOCK - mean) / blocks
    return found, offset, mean, blocks
