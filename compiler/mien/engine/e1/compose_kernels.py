"""Lips on faces, and the conflicts of whole faces, compiled: a face at a time, float32 throughout.

The same bits as `mien.engine.e1.evaluate.composed` and `mien.engine.e1.conflict.Conflict`. Letters:
n faces, C channels, P partners, K ceilings.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.conflict import Conflict, Index
from mien.engine.jit import typed_kernel
from mien.engine.tables import F32, I32, Tables

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_NONE, _LEVELS = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
_CONFLICT = ("intp 1", "intp 1", "intp 1", "float32 2", "intp 2", "float32 1")


def resolved(conflict: Conflict, faces: F32) -> F32:
    """As `mien.engine.e1.evaluate.resolved`: that of lips that do nothing."""
    return _shown(conflict, faces, np.zeros(faces.shape, dtype=np.float32), _NONE, _LEVELS, _NONE)


def composed(tables: Tables, conflict: Conflict, faces: F32, visemes: F32) -> F32:
    """As `mien.engine.e1.evaluate.composed`."""
    sealing, parting = tables.sealing, tables.parting
    return _shown(conflict, faces, visemes, sealing, tables.sealing_levels, parting)


def _shown(
    conflict: Conflict, faces: F32, visemes: F32, sealing: I32, levels: F32, parting: I32
) -> F32:
    of = conflict.meetings
    return _composed(
        np.ascontiguousarray(faces),
        np.ascontiguousarray(visemes),
        sealing,
        levels,
        parting,
        of.result,
        of.own,
        of.other,
        of.cap,
        of.ceilings,
        of.slacks,
    )


@typed_kernel(
    "float32[:, ::1]", "float32 2", "float32 2", "int32 1", "float32 1", "int32 1", *_CONFLICT
)
def _composed(
    faces: F32,
    visemes: F32,
    sealing: I32,
    levels: F32,
    parting: I32,
    result: Index,
    own: Index,
    other: Index,
    cap: F32,
    ceilings: Index,
    slacks: F32,
) -> F32:
    shown = np.empty_like(faces)
    below = np.empty(faces.shape[1], dtype=np.float32)
    for row in range(len(faces)):
        below[:] = faces[row]
        seal = _ZERO
        for at in range(len(sealing)):
            seal = max(seal, visemes[row, sealing[at]] / levels[at])
        seal = min(_ONE, seal)
        for at in range(len(parting)):
            below[parting[at]] *= _ONE - seal
        for at in range(len(below)):
            below[at] = min(_ONE, max(_ZERO, below[at] + visemes[row, at]))
        shown[row] = below
        for at in range(len(result)):
            one, two, most = below[own[at]], below[other[at]], cap[at, 0]
            less = min(one, most) if one <= two else one - max(_ZERO, two - most)
            shown[row, result[at]] = min(shown[row, result[at]], less)
        for at in range(len(slacks)):
            most = shown[row, ceilings[at, 1]] + slacks[at]
            shown[row, ceilings[at, 0]] = min(shown[row, ceilings[at, 0]], most)
    return shown
