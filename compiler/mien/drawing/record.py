"""A drawn face as its illustrator wrote it: the subject's left half, mirrored by rule.

Coordinates are view units, y down. The subject's left is on the viewer's right (x above the axis).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

Vector = tuple[float, float]
"""x and y, in view units."""

View = tuple[float, float, float, float]
"""Left, top, width and height of what is shown."""

PointName = tuple[str, str]
"""Group and point."""


class Mirror(Enum):
    """How a layer uses the mirror: not at all, as two shapes, or as one that runs on mirrored."""

    NONE = "none"
    TWIN = "twin"
    JOIN = "join"


@frozen(kw_only=True)
class Point:
    """A knot of a curve. ``sharp`` knots let the curve turn a corner."""

    at: Vector
    sharp: bool


@frozen(kw_only=True)
class Layer:
    """One shape: a curve through knots, with its paint. Layers are drawn in order.

    ``fill`` and ``stroke`` are colours (`#rrggbb`) or empty; ``clip`` names a layer that hides
    everything outside it; ``shift`` moves the finished shape, the same way on both sides;
    ``roundness`` is the length of a Bezier handle as a part of its chord.
    """

    name: str
    path: tuple[PointName, ...]
    closed: bool
    mirror: Mirror
    fill: str
    stroke: str
    width: float
    opacity: float
    clip: str
    shift: Vector
    roundness: float


@frozen(kw_only=True)
class Movement:
    """What one channel (or the product of two) does at weight 1.

    ``near`` moves points of the subject's left and of the axis, ``far`` their twins, both in view
    coordinates; ``show`` adds to the opacity of layers. A movement of a midline channel is
    mirrored onto the far side; that of a left channel is mirrored into its right twin.
    """

    channels: tuple[str, ...]
    near: Mapping[PointName, Vector]
    far: Mapping[PointName, Vector] = field(factory=dict[PointName, Vector])
    show: Mapping[str, float] = field(factory=dict[str, float])


@frozen(kw_only=True)
class Face:
    """A drawing of a face that channels move; ``axis`` is the x of the mirror line."""

    id: str
    version: str
    title: str
    description: str
    licence: str
    authors: tuple[str, ...]
    rig: str
    view: View
    axis: float
    points: Mapping[PointName, Point]
    layers: tuple[Layer, ...]
    movements: tuple[Movement, ...]
    stops: tuple[tuple[PointName, PointName], ...]
