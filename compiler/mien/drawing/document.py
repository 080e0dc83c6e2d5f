"""A face document on disk, valid against its schema, to a face ready to draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Required, TypedDict, cast

from mien import resources
from mien.authored.documents import parse
from mien.drawing.face import (
    Face,
    FlatFace,
    Layer,
    Mirror,
    Movement,
    Point,
    PointName,
    Vector,
    flatten,
)
from mien.errors import SourceError
from mien.text.files import shown_path
from mien.text.node import plain

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
    """What drawing needs of the whole document."""

    id: Required[str]
    title: Required[str]
    view: Required[list[float]]
    axis: Required[float]
    palette: Required[dict[str, str]]
    points: Required[dict[str, dict[str, list[float | str]]]]
    layers: Required[list[RawLayer]]
    channels: Required[dict[str, RawMovement]]
    stops: list[list[str]]
    correctives: list[RawMovement]


_ROUNDNESS = 0.36


def face_record(raw: RawFace) -> Face:
    """The records of a document that names nothing it does not define."""
    points = {
        (group, name): Point(at=(float(point[0]), float(point[1])), sharp=len(point) > 2)
        for group, named in raw["points"].items()
        for name, point in named.items()
    }
    left, top, width, height = raw["view"]
    return Face(
        id=raw["id"],
        title=raw["title"],
        view=(float(left), float(top), float(width), float(height)),
        axis=float(raw["axis"]),
        points=points,
        layers=tuple(_layer(layer, raw["palette"]) for layer in raw["layers"]),
        movements=(
            *(_movement(one, (name,), points) for name, one in raw["channels"].items()),
            *(
                _movement(one, tuple(one.get("channels", ())), points)
                for one in raw.get("correctives", [])
            ),
        ),
        stops=tuple(
            (_point_name(upper), _point_name(lower)) for upper, lower in raw.get("stops", [])
        ),
    )


def _layer(raw: RawLayer, palette: Mapping[str, str]) -> Layer:
    return Layer(
        name=raw["name"],
        path=tuple(_point_name(name) for name in raw["path"]),
        closed=not raw.get("open", False),
        mirror=Mirror(raw.get("mirror", "none")),
        fill=palette[raw["fill"]] if "fill" in raw else "",
        stroke=palette[raw["stroke"]] if "stroke" in raw else "",
        width=float(raw.get("width", 0)),
        opacity=float(raw.get("opacity", 1)),
        clip=raw.get("clip", ""),
        shift=_vector(raw.get("shift", [0, 0])),
        roundness=float(raw.get("roundness", _ROUNDNESS)),
    )


def _movement(
    raw: RawMovement, channels: tuple[str, ...], points: Mapping[PointName, Point]
) -> Movement:
    return Movement(
        channels=channels,
        near=_vectors(raw.get("move", {}), points),
        far=_vectors(raw.get("far", {}), points),
        show={name: float(change) for name, change in raw.get("show", {}).items()},
    )


def _vectors(raw: RawMoves, points: Mapping[PointName, Point]) -> dict[PointName, Vector]:
    vectors: dict[PointName, Vector] = {}
    for name, (dx, dy) in _single(raw, points):
        x, y = vectors.get(name, (0.0, 0.0))
        vectors[name] = x + dx, y + dy
    return vectors


def _single(raw: RawMoves, points: Mapping[PointName, Point]) -> Iterator[tuple[PointName, Vector]]:
    for group, moves in raw.items():
        named = {EVERY: moves} if isinstance(moves, list) else moves
        for name, vector in named.items():
            for owner, point in points:
                if owner == group and name in (EVERY, point):
                    yield (group, point), _vector(vector)


def _point_name(name: str) -> PointName:
    group, _, point = name.partition(".")
    return group, point


def _vector(pair: Sequence[float]) -> Vector:
    return float(pair[0]), float(pair[1])


SHIPPED = "mien"
"""The face that ships, and that pictures are drawn with."""


@cache
def shipped_face() -> FlatFace:
    """The face that ships, ready to draw. It is known to be sound and not checked again."""
    path = resources.presets() / "faces" / f"{SHIPPED}.yaml"
    root, faults = parse(path, shown_path(path), path.resolve().parent)
    if root is None or faults:
        raise SourceError(faults)
    return flatten(face_record(cast("RawFace", plain(root))))
