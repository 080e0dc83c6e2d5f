"""Reads a face document as strictly as a source: its schema, and every name that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from mien.authored.documents import read_valid
from mien.drawing.document import EVERY, RawFace, RawLayer, RawMovement, face_record
from mien.drawing.face import Face
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.node import Node, key_place, path_text, plain, text, value_place
from mien.text.node import Path as NodePath
from mien.text.suggest import did_you_mean


def read_face(path: Path) -> Face:
    """The face in the file ``path``, valid against ``schema/face.schema.json``.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "face")
    raw = cast("RawFace", plain(root))
    wrong = [_fault(root, path, known) for path, known in _unknown(raw)]
    if wrong:
        raise SourceError(wrong)
    return face_record(raw)


_Unknown = Iterator[tuple[NodePath, list[str]]]
"""Where the name stands (a list position, or a key), and the names that are known there."""


def _unknown(raw: RawFace) -> _Unknown:
    points = [f"{group}.{name}" for group, named in raw["points"].items() for name in named]
    drawn: list[str] = []
    for position, layer in enumerate(raw["layers"]):
        yield from _unknown_in_layer(layer, ("layers", position), raw, points, drawn)
        drawn.append(layer["name"])
    for position, stop in enumerate(raw.get("stops", [])):
        yield from _unknown_points(stop, ("stops", position), points)
    for name, movement in raw["channels"].items():
        yield from _unknown_in_movement(movement, ("channels", name), raw, drawn)
    for position, movement in enumerate(raw.get("correctives", [])):
        yield from _unknown_in_movement(movement, ("correctives", position), raw, drawn)


def _unknown_in_layer(
    layer: RawLayer, path: NodePath, raw: RawFace, points: list[str], drawn: list[str]
) -> _Unknown:
    yield from _unknown_points(layer["path"], (*path, "path"), points)
    if layer.get("fill", "") not in ("", *raw["palette"]):
        yield (*path, "fill"), list(raw["palette"])
    if layer.get("stroke", "") not in ("", *raw["palette"]):
        yield (*path, "stroke"), list(raw["palette"])
    if layer.get("clip", "") not in ("", *drawn):
        yield (*path, "clip"), drawn


def _unknown_points(names: list[str], path: NodePath, points: list[str]) -> _Unknown:
    for position, name in enumerate(names):
        if name not in points:
            yield (*path, position), points


def _unknown_in_movement(
    movement: RawMovement, path: NodePath, raw: RawFace, drawn: list[str]
) -> _Unknown:
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


def _fault(root: Node, path: NodePath, known: list[str]) -> Fault:
    listed = isinstance(path[-1], int) or path[-1] in ("fill", "stroke", "clip")
    place = value_place(root, path) if listed else key_place(root, path)
    name = (text(root, *path) or "") if listed else str(path[-1])
    return Fault(
        place=place,
        path=path_text(path),
        code="unknown-name",
        message=f"the drawing does not define {name}",
        hint=did_you_mean(name, known),
    )
