"""What life, gaze and lips do to a face of the bank: float32, in the order written here.

Channels are found by name; what a rig has not is left out. Dimension letters: n frames, C channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.engine.tables import F32, Tables
from mien.performance.clock import F64, smoothstep
from mien.twins import has_twin

DEGREES = 30.0
"""How far an eye turns at weight 1 of its channel."""

SEAL_REACH = 5
"""The frames before and after a seal within which an expression closes and opens the lips."""

_ZERO, _ONE, _DEGREES = np.float32(0.0), np.float32(1.0), np.float32(DEGREES)
_SIDES = ("Left", "Right")
BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
TO_THE_LEFT = (("eyeLookOutLeft", "eyeLookInLeft"), ("eyeLookInRight", "eyeLookOutRight"))
UP = (("eyeLookUpLeft", "eyeLookDownLeft"), ("eyeLookUpRight", "eyeLookDownRight"))
"""Channels that turn each eye to the subject's left, and up, each with its opposite."""

_TURNS = (*TO_THE_LEFT, *UP)
Index = npt.NDArray[np.intp]


def wide_eyes(faces: F32, index: Mapping[str, int]) -> F64:
    """How wide the eyes of faces (n, C) are (n,)."""
    found = np.zeros(len(faces))
    for name in (f"eyeWide{side}" for side in _SIDES):
        if name in index:
            found = np.maximum(found, faces[:, index[name]].astype(np.float64))
    return found


@has_twin("mien.performance.layer_kernels")
def enlivened(faces: F32, lids: F64, brows: F64, eyes: F64, index: Mapping[str, int]) -> None:
    """Blink, raise the brows and turn the eyes of faces (n, C), as `Life` gives them."""
    blinked(faces, lids.astype(np.float32), index)
    raised(faces, brows.astype(np.float32), index)
    turned_degrees(faces, eyes, index)


def blinked(faces: F32, closed: F32, index: Mapping[str, int]) -> None:
    """Close the lids of faces (n, C) as far as ``closed`` (n,) says; wide eyes give way to them."""
    if not closed.any():
        return
    for side in _SIDES:
        blink, wide = index.get(f"eyeBlink{side}"), index.get(f"eyeWide{side}")
        if blink is not None:
            faces[:, blink] = np.maximum(faces[:, blink], closed)
        if wide is not None:
            faces[:, wide] *= _ONE - closed


def raised(faces: F32, brows: F32, index: Mapping[str, int]) -> None:
    """Raise the brows of faces (n, C) by weights (n,)."""
    columns = brows_of(index)
    faces[:, columns] = np.minimum(_ONE, faces.take(columns, axis=1) + brows[:, None])


def brows_of(index: Mapping[str, int]) -> Index:
    """The columns of brows."""
    return _columns(tuple(index[name] for name in BROWS if name in index))


def lids_of(index: Mapping[str, int]) -> tuple[Index, Index]:
    """The columns of closed lids, and of wide eyes."""
    blink, wide = (
        tuple(index[name + side] for side in _SIDES if name + side in index)
        for name in ("eyeBlink", "eyeWide")
    )
    return _columns(blink), _columns(wide)


@lru_cache(maxsize=32)
def _columns(columns: tuple[int, ...]) -> Index:
    return np.array(columns, dtype=np.intp)


@frozen(kw_only=True, eq=False)
class Ways:
    """The columns that turn an eye, those of their opposites, and the axis and the eye of each.

    ``columns`` (4, W) are all of them.

    Axis 0 is to the subject's left, 1 is up; eye 0 is the left one.
    """

    columns: Index
    toward: Index
    away: Index
    axis: Index
    eye: Index


def ways_of(index: Mapping[str, int]) -> Ways:
    """The columns that turn eyes."""
    return _ways_of(tuple((index.get(toward), index.get(away)) for toward, away in _TURNS))


@lru_cache(maxsize=8)
def _ways_of(named: tuple[tuple[int | None, int | None], ...]) -> Ways:
    found = [
        (toward, away, number // 2, number % 2)
        for number, (toward, away) in enumerate(named)
        if toward is not None and away is not None
    ]
    columns = np.ascontiguousarray(np.array(found, dtype=np.intp).reshape(-1, 4).T)
    toward, away, axis, eye = columns
    return Ways(columns=columns, toward=toward, away=away, axis=axis, eye=eye)


def turned_degrees(faces: F32, eyes: F64, index: Mapping[str, int]) -> None:
    """Turn the eyes of faces (n, C) by yaw and pitch (n, 2) in degrees from where they look."""
    ways = ways_of(index)
    turn = (-eyes[:, ways.axis] / DEGREES).astype(np.float32)
    way = faces.take(ways.toward, axis=1) - faces.take(ways.away, axis=1) + turn
    way = np.minimum(_ONE, np.maximum(-_ONE, way))
    shown = np.maximum(_ZERO, way)
    faces[:, ways.toward] = shown
    faces[:, ways.away] = shown - way  # never the negative zero of -way


@has_twin("mien.performance.layer_kernels")
def eye_degrees(faces: F32, index: Mapping[str, int]) -> F32:
    """Yaw, pitch and roll of the left and of the right eye (n, 6), as a `Take` has them."""
    ways = ways_of(index)
    found = np.zeros((len(faces), 6), dtype=np.float32)
    turned = faces.take(ways.away, axis=1) - faces.take(ways.toward, axis=1)
    found[:, 3 * ways.eye + ways.axis] = _DEGREES * turned
    return found


def seal_of(lips: F32, contacts: F32, tables: Tables) -> F32:
    """How firmly the lips (n, C) are closed (n,), 1 at most: by their contacts and by the rig."""
    seal = np.minimum(_ONE, np.maximum(_ZERO, contacts))
    if len(tables.sealing):
        levels = (lips[:, tables.sealing] / tables.sealing_levels).max(axis=1)
        seal = np.maximum(seal, np.minimum(_ONE, levels))
    return seal


def near_seals(seal: F32, before: int, frames: int, ahead: int = SEAL_REACH) -> F32:
    """How much of what parts the lips is gone (n,) around each seal, ahead of it and after it.

    ``seal`` (m,) reaches ``before`` frames before the first of the n ``frames``, and beyond the
    last; what lies outside of it is 0. A seal is foreseen ``ahead`` frames at most.
    """
    padded = np.zeros(frames + 2 * SEAL_REACH, dtype=np.float32)
    low = max(0, before - SEAL_REACH)
    known = seal[low : before + frames + SEAL_REACH]
    start = SEAL_REACH - (before - low)
    padded[start : start + len(known)] = known
    near = padded[SEAL_REACH : SEAL_REACH + frames]
    for away, share in enumerate(SHARES, 1):
        shifts = (SEAL_REACH - away, SEAL_REACH + away)[: 1 + (away <= ahead)]
        for shift in shifts:
            near = np.maximum(near, share * padded[shift : shift + frames])
    return near


SHARES: Sequence[np.float32] = tuple(
    (1.0 - smoothstep(np.arange(1, SEAL_REACH) / SEAL_REACH)).astype(np.float32)
)


@has_twin("mien.performance.layer_kernels")
def parted(faces: F32, lips: F32, contacts: F32, before: int, ahead: int, tables: Tables) -> None:
    """Let faces (n, C) part the lips less around their seals.

    ``lips`` (m, C) and ``contacts`` (m,) are those from ``before`` frames before the first face on.
    """
    seal = seal_of(lips, contacts, tables)
    if seal.any():
        let_close(faces, near_seals(seal, before, len(faces), ahead), tables)


def let_close(faces: F32, near: F32, tables: Tables) -> None:
    """Let faces (n, C) part the lips less, by ``near`` (n,)."""
    if len(tables.parting):
        faces[:, tables.parting] *= _ONE - near[:, None]
