"""`mien.performance.face_layers`, compiled: the same arithmetic, a face at a time.

Dimension letters: n faces, C channels, m frames around them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.engine.jit import typed_kernel
from mien.engine.tables import F32, I32, Tables
from mien.performance.clock import F64
from mien.performance.face_layers import (
    DEGREES,
    SEAL_REACH,
    SHARES,
    Index,
    brows_of,
    lids_of,
    ways_of,
)

_ZERO, _ONE, _DEGREES = np.float32(0.0), np.float32(1.0), np.float32(DEGREES)
_NEAR = np.array(SHARES)


def enlivened(faces: F32, lids: F64, brows: F64, eyes: F64, index: Mapping[str, int]) -> None:
    """As `mien.performance.face_layers.enlivened`."""
    blink, wide = lids_of(index)
    ways = ways_of(index)
    eyes = np.ascontiguousarray(eyes)
    _enlivened(faces, lids, brows, eyes, blink, wide, brows_of(index), ways.columns)


@typed_kernel(
    "void",
    "float32[:,::1]",
    "float64 1",
    "float64 1",
    "float64 2",
    "intp 1",
    "intp 1",
    "intp 1",
    "intp 2",
)
def _enlivened(
    faces: F32,
    lids: F64,
    brows: F64,
    eyes: F64,
    blink: Index,
    wide: Index,
    raised: Index,
    ways: Index,
) -> None:
    for row in range(len(faces)):
        face = faces[row]
        closed, up = np.float32(lids[row]), np.float32(brows[row])
        for at in range(len(blink)):
            face[blink[at]] = max(face[blink[at]], closed)
        for at in range(len(wide)):
            face[wide[at]] *= _ONE - closed
        for at in range(len(raised)):
            face[raised[at]] = min(_ONE, face[raised[at]] + up)
        for at in range(ways.shape[1]):
            toward, away = ways[0, at], ways[1, at]
            turn = np.float32(-eyes[row, ways[2, at]] / DEGREES)
            way = min(_ONE, max(-_ONE, face[toward] - face[away] + turn))
            shown = max(_ZERO, way)
            face[toward] = shown
            face[away] = shown - way


def parted(faces: F32, lips: F32, contacts: F32, before: int, ahead: int, tables: Tables) -> None:
    """As `mien.performance.face_layers.parted`."""
    levels = tables.sealing_levels
    _parted(faces, lips, contacts, before, ahead, tables.sealing, levels, tables.parting)


@typed_kernel(
    "void",
    "float32[:,::1]",
    "float32 2",
    "float32 1",
    "intp",
    "intp",
    "int32 1",
    "float32 1",
    "int32 1",
)
def _parted(
    faces: F32,
    lips: F32,
    contacts: F32,
    before: int,
    ahead: int,
    sealing: I32,
    levels: F32,
    parting: I32,
) -> None:
    seal = np.empty(len(lips), dtype=np.float32)
    for row in range(len(lips)):
        firm = min(_ONE, max(_ZERO, contacts[row]))
        for at in range(len(sealing)):
            firm = max(firm, min(_ONE, lips[row, sealing[at]] / levels[at]))
        seal[row] = firm
    for row in range(len(faces)):
        middle = before + row
        near = seal[middle] if middle < len(seal) else _ZERO
        for away in range(1, SEAL_REACH):
            if middle - away >= 0 and middle - away < len(seal):
                near = max(near, _NEAR[away - 1] * seal[middle - away])
            if away <= ahead and middle + away < len(seal):
                near = max(near, _NEAR[away - 1] * seal[middle + away])
        for at in range(len(parting)):
            faces[row, parting[at]] *= _ONE - near


def eye_degrees(faces: F32, index: Mapping[str, int]) -> F32:
    """As `mien.performance.face_layers.eye_degrees`."""
    return _eye_degrees(faces, ways_of(index).columns)


@typed_kernel("float32[:, ::1]", "float32 2", "intp 2")
def _eye_degrees(faces: F32, ways: Index) -> F32:
    found = np.zeros((len(faces), 6), dtype=np.float32)
    for row in range(len(faces)):
        for at in range(ways.shape[1]):
            turned = faces[row, ways[1, at]] - faces[row, ways[0, at]]
            found[row, 3 * ways[3, at] + ways[2, at]] = _DEGREES * turned
    return found
