"""`mien_trainer.lips.live`, compiled: the same arithmetic in the same order, a frame at a time.

Letters as there: N frames, V visemes, M channels that move, G groups of channels, K kinds of
contact, O offsets in frames, D channels told apart.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.engine.e1.conflict import Index
from mien.engine.jit import part_of_kernels, typed_kernel
from mien_trainer.frames import F32
from mien_trainer.lips.live import DIRECT, PULL, RESTING
from mien_trainer.lips.table import F64

_LOW, _HIGH = RESTING
_FOLD = 8


@part_of_kernels
def _total(values: F64) -> float:
    """The sum as NumPy takes it of a few dozen numbers: every eighth by itself, then those."""
    count = len(values)
    whole = count - count % _FOLD
    total = -0.0
    if whole:
        for at in range(_FOLD, whole):
            values[at % _FOLD] += values[at]
        low = (values[0] + values[1]) + (values[2] + values[3])
        total = low + ((values[4] + values[5]) + (values[6] + values[7]))
    for at in range(whole, count):
        total += values[at]
    return total


@typed_kernel(
    "float64[:,::1]", "float64 2", "float32 2", "float64 4", "intp 1", "float64 2", "intp"
)
def blended(known: F64, direct: F32, pulls: F64, groups: Index, shapes: F64, rest: int) -> F64:
    """As `mien_trainer.lips.live.blended`."""
    frames, told = direct.shape
    offsets, _, many, visemes = pulls.shape
    weights = np.empty((frames, len(groups)))
    share, terms, moves = np.empty((many, visemes)), np.empty(visemes), np.empty(many)
    for row in range(frames):
        for group in range(many):
            own = share[group]
            own[:] = PULL
            for offset in range(offsets):
                for at in range(visemes):
                    own[at] = max(own[at], known[row + offset, at] * pulls[offset, 0, group, at])
            terms[:] = own
            total = _total(terms)
            for at in range(visemes):
                own[at] /= total
            rests = min(1.0, max(0.0, (own[rest] - _LOW) / (_HIGH - _LOW)))
            moves[group] = 1.0 - rests * rests * (3.0 - 2.0 * rests)
        for at in range(len(groups)):
            for viseme in range(visemes):
                terms[viseme] = share[groups[at], viseme] * shapes[at, viseme]
            weight = _total(terms)
            if at < told:
                weight += DIRECT * (direct[row, at] - weight)
            weights[row, at] = weight * moves[groups[at]]
    return weights


@typed_kernel(
    "Tuple((float32[:,::1], float32[::1]))",
    "float64 2",
    "float64 2",
    "intp 1",
    "float64 3",
    "float64 2",
    "float64 2",
    "boolean 1",
    "intp 1",
    "intp",
)
def gated(
    weights: F64,
    meets: F64,
    begins: Index,
    curves: F64,
    ruled: F64,
    shapes: F64,
    sealing: npt.NDArray[np.bool_],
    columns: Index,
    channels: int,
) -> tuple[F32, F32]:
    """As `mien_trainer.lips.live.gated`."""
    frames, moving = weights.shape
    shown = np.zeros((frames, channels), dtype=np.float32)
    met = np.zeros(frames, dtype=np.float32)
    own = np.empty(moving)
    for row in range(frames):
        own[:] = weights[row]
        nearest = 0.0
        for kind in range(meets.shape[1]):
            close = seal = 0.0
            for offset in range(len(begins)):
                made = meets[begins[offset] + row, kind]
                close = max(close, curves[offset, 0, kind] * made)
                seal = max(seal, curves[offset, 1, kind] * made)
                if made > 0.0:
                    nearest = max(nearest, curves[offset, 0, kind])
            for at in range(moving):
                held = (seal if sealing[at] else close) * ruled[kind, at]
                own[at] = (1.0 - held) * own[at] + held * shapes[kind, at]
        for at in range(moving):
            shown[row, columns[at]] = min(1.0, max(0.0, own[at]))
        met[row] = nearest
    return shown, met
