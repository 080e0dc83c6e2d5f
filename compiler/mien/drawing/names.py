"""Names that a face document uses and does not define."""

from __future__ import annotations

from collections.abc import Iterator

from mien.drawing.raw import EVERY, RawFace, RawLayer, RawMovement
from mien.text.fault import Fault
from mien.text.node import Node
from mien.text.suggest import did_you_mean
from mien.text.where import Path, key_place, path_text, value_place


def name_faults(root: Node, raw: RawFace) -> list[Fault]:
    """A fault for each name of a point, group, layer or colour that ``raw`` lacks.

    Args:
        root: the document, for places.
        raw: the same document as plain data, valid against its schema.
    """
    return [_fault(root, path, known) for path, known in _unknown(raw)]


_Unknown = Iterator[tuple[Path, list[str]]]
"""Where the name stands (a list position, or a key), and the names that are known there."""


def _unknown(raw: RawFace) -> _Unknown:
    points = [f"{group}.{name}" for group, named in raw["points"].items() for name in named]
    drawn: list[str] = []
    for position, layer in enumerate(raw["layers"]):
        yield from _layer(layer, ("layers", position), raw, points, drawn)
        drawn.append(layer["name"])
    for position, stop in enumerate(raw.get("stops", [])):
        yield from _points(stop, ("stops", position), points)
    for name, movement in raw["channels"].items():
        yield from _movement(movement, ("channels", name), raw, drawn)
    for position, movement in enumerate(raw.get("correctives", [])):
        yield from _movement(movement, ("correctives", position), raw, drawn)


def _layer(
    layer: RawLayer, path: Path, raw: RawFace, points: list[str], drawn: list[str]
) -> _Unknown:
    yield from _points(layer["path"], (*path, "path"), points)
    if layer.get("fill", "") not in ("", *raw["palette"]):
        yield (*path, "fill"), list(raw["palette"])
    if layer.get("stroke", "") not in ("", *raw["palette"]):
        yield (*path, "stroke"), list(raw["palette"])
    if layer.get("clip", "") not in ("", *drawn):
        yield (*path, "clip"), drawn


def _points(names: list[str], path: Path, points: list[str]) -> _Unknown:
    for position, name in enumerate(names):
        if name not in points:
            yield (*path, position), points


def _movement(movement: RawMovement, path: Path, raw: RawFace, drawn: list[str]) -> _Unknown:
    for key, moves in (("move", movement.get("move", {})), ("far", movement.get("far", {}))):
        for group, named in moves.items():
            if group not in raw["points"]:
                yield (*path, key, group), list(raw["points"])
            elif isinstance(named, dict):
                known = [EVERY, *raw["points"][group]]
                for name in named:
                    if name not in known:
                        yield (*path, key, group, name), known
    for name in movement.get("show", {}):
        if name not in drawn:
            yield (*path, "show", name), drawn


def _fault(root: Node, path: Path, known: list[str]) -> Fault:
    listed = isinstance(path[-1], int) or path[-1] in ("fill", "stroke", "clip")
    place = value_place(root, path) if listed else key_place(root, path)
    name = _text_at(root, path) if listed else str(path[-1])
    return Fault(
        place=place,
        path=path_text(path),
        code="unknown-name",
        message=f"the drawing does not define {name}",
        hint=did_you_mean(name, known),
    )


def _text_at(root: Node, path: Path) -> str:
    from mien.text.peek import text

    return text(root, *path) or ""
