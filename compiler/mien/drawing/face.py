"""A drawn face: as its illustrator wrote it, and flat, with both sides spelled out.

An illustrator writes the subject's left half, which is mirrored by rule. Coordinates are view
units, y down; the subject's left is on the viewer's right (x above the axis). The flat form is
plain numbers and text, so that the page can have it as JSON and draw the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import asdict, field, frozen

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
    title: str
    view: View
    axis: float
    points: Mapping[PointName, Point]
    layers: tuple[Layer, ...]
    movements: tuple[Movement, ...]
    stops: tuple[tuple[PointName, PointName], ...]


_Key = tuple[str, str, bool]
"""Group, point, and whether it is the one on the far side."""


@frozen(kw_only=True)
class FlatLayer:
    """One shape to draw; ``knots`` are positions in the face's points, ``clip`` -1 or a layer."""

    name: str
    knots: tuple[int, ...]
    closed: bool
    fill: str
    stroke: str
    width: float
    opacity: float
    clip: int
    shift: Vector
    roundness: float


@frozen(kw_only=True)
class FlatMovement:
    """``moves`` are (point, dx, dy) and ``show`` (layer, opacity) at weight product 1."""

    channels: tuple[str, ...]
    moves: tuple[tuple[int, float, float], ...]
    show: tuple[tuple[int, float], ...]


@frozen(kw_only=True)
class FlatFace:
    """All that drawing needs. ``stops`` are pairs (upper, lower): the upper yields."""

    id: str
    title: str
    view: View
    channels: tuple[str, ...]
    points: tuple[str, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    sharp: tuple[bool, ...]
    layers: tuple[FlatLayer, ...]
    movements: tuple[FlatMovement, ...]
    stops: tuple[tuple[int, int], ...]

    def to_json(self) -> dict[str, object]:
        """The face as JSON data, for ``web/drawing.js``."""
        return asdict(self)


def other_side(channel: str) -> str:
    """The mirror image of a channel's name; a midline channel is its own."""
    if channel.endswith("Left"):
        return channel.removesuffix("Left") + "Right"
    if channel.endswith("Right"):
        return channel.removesuffix("Right") + "Left"
    return channel


def flatten(face: Face) -> FlatFace:
    """Spell out both sides of ``face``."""
    index = _point_index(face)
    layers = tuple(_layers(face, index))
    names = {layer.name: position for position, layer in enumerate(layers)}
    movements = tuple(_movements(face, index, names))
    channels = dict.fromkeys(name for movement in movements for name in movement.channels)
    return FlatFace(
        id=face.id,
        title=face.title,
        view=face.view,
        channels=tuple(channels),
        points=tuple(_spoken(key) for key in index),
        xs=tuple(_x(face, key) for key in index),
        ys=tuple(face.points[key[:2]].at[1] for key in index),
        sharp=tuple(face.points[key[:2]].sharp for key in index),
        layers=layers,
        movements=movements,
        stops=tuple(
            (_position(index, upper, far=far), _position(index, lower, far=far))
            for upper, lower in face.stops
            for far in (False, True)
        ),
    )


def _point_index(face: Face) -> dict[_Key, int]:
    keys: list[_Key] = []
    for group, name in face.points:
        keys.append((group, name, False))
        if face.points[group, name].at[0] != face.axis:
            keys.append((group, name, True))
    return {key: position for position, key in enumerate(keys)}


def _spoken(key: _Key) -> str:
    group, name, far = key
    return f"{group}.{name}.far" if far else f"{group}.{name}"


def _x(face: Face, key: _Key) -> float:
    x = face.points[key[:2]].at[0]
    return 2 * face.axis - x if key[2] else x


def _position(index: Mapping[_Key, int], point: PointName, *, far: bool) -> int:
    """A point on the axis stands for its own twin."""
    return index.get((*point, far), index.get((*point, False), -1))


def _layers(face: Face, index: Mapping[_Key, int]) -> Iterator[FlatLayer]:
    names: dict[str, int] = {}
    for layer in face.layers:
        for name, far in _instances(layer):
            side = name.removeprefix(layer.name)
            clip = names.get(layer.clip + side, names.get(layer.clip, -1))
            names[name] = len(names)
            yield FlatLayer(
                name=name,
                knots=_knots(layer, index, far=far),
                closed=layer.closed,
                fill=layer.fill,
                stroke=layer.stroke,
                width=layer.width,
                opacity=layer.opacity,
                clip=clip,
                shift=layer.shift,
                roundness=layer.roundness,
            )


def _instances(layer: Layer) -> tuple[tuple[str, bool], ...]:
    if layer.mirror is Mirror.TWIN:
        return ((f"{layer.name}.right", True), (f"{layer.name}.left", False))
    return ((layer.name, False),)


def _knots(layer: Layer, index: Mapping[_Key, int], *, far: bool) -> tuple[int, ...]:
    knots = [_position(index, point, far=far) for point in layer.path]
    if layer.mirror is Mirror.JOIN:
        twins = (_position(index, point, far=True) for point in reversed(layer.path))
        knots.extend(knot for knot in twins if knot not in knots)
    return tuple(knots)


def _movements(
    face: Face, index: Mapping[_Key, int], names: Mapping[str, int]
) -> Iterator[FlatMovement]:
    for movement in face.movements:
        twin = tuple(other_side(name) for name in movement.channels)
        if twin == movement.channels:
            yield _midline(movement, index, names)
        else:
            yield _sided(movement, movement.channels, index, names, far=False)
            yield _sided(movement, twin, index, names, far=True)


def _midline(
    movement: Movement, index: Mapping[_Key, int], names: Mapping[str, int]
) -> FlatMovement:
    moves = dict(_moves(movement.near, index, far=False))
    for position, (dx, dy) in _moves(movement.near, index, far=True):
        moves.setdefault(position, (-dx, dy))
    show = (
        (names[name + side], change)
        for name, change in movement.show.items()
        for side in (".right", ".left", "")
        if name + side in names
    )
    return _flat_movement(movement.channels, moves, show)


def _sided(
    movement: Movement,
    channels: tuple[str, ...],
    index: Mapping[_Key, int],
    names: Mapping[str, int],
    *,
    far: bool,
) -> FlatMovement:
    """The left movement as authored, or (``far``) its mirror image."""
    sign = -1.0 if far else 1.0
    moves = {
        position: (sign * dx, dy)
        for points, side in ((movement.near, far), (movement.far, not far))
        for position, (dx, dy) in _moves(points, index, far=side)
    }
    side = ".right" if far else ".left"
    show = (
        (names.get(name + side, names.get(name, -1)), change)
        for name, change in movement.show.items()
    )
    return _flat_movement(channels, moves, show)


def _moves(
    points: Mapping[PointName, Vector], index: Mapping[_Key, int], *, far: bool
) -> Iterator[tuple[int, Vector]]:
    for point, vector in points.items():
        yield _position(index, point, far=far), vector


def _flat_movement(
    channels: tuple[str, ...], moves: Mapping[int, Vector], show: Iterator[tuple[int, float]]
) -> FlatMovement:
    return FlatMovement(
        channels=channels,
        moves=tuple((position, dx, dy) for position, (dx, dy) in sorted(moves.items())),
        show=tuple(sorted(show)),
    )
