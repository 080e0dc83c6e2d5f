"""The shape of a face document once its schema has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Required, TypedDict

EVERY = "all"
"""Names every point of a group in a movement."""

RawMoves = Mapping[str, list[float] | dict[str, list[float]]]
"""Group to [dx, dy], or to point to [dx, dy]."""


class RawMovement(TypedDict, total=False):
    """What a channel does, or (with ``channels``) two together."""

    channels: list[str]
    move: RawMoves
    far: RawMoves
    show: dict[str, float]


class RawLayer(TypedDict, total=False):
    """One shape."""

    name: Required[str]
    path: Required[list[str]]
    open: bool
    mirror: str
    fill: str
    stroke: str
    width: float
    opacity: float
    clip: str
    shift: list[float]
    roundness: float


class RawFace(TypedDict, total=False):
    """The whole document."""

    id: Required[str]
    version: Required[str]
    title: Required[str]
    description: Required[str]
    licence: Required[str]
    authors: Required[list[str]]
    rig: Required[str]
    view: Required[list[float]]
    axis: Required[float]
    palette: Required[dict[str, str]]
    points: Required[dict[str, dict[str, list[float | str]]]]
    layers: Required[list[RawLayer]]
    channels: Required[dict[str, RawMovement]]
    stops: list[list[str]]
    correctives: list[RawMovement]
