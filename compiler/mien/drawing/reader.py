"""A face document on disk to a face ready to draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

from mien import resources
from mien.authored.documents import parse, read_valid
from mien.drawing.flat import FlatFace, flatten
from mien.drawing.names import name_faults
from mien.drawing.raw import RawFace
from mien.drawing.record import Face
from mien.drawing.structure import face_record
from mien.errors import SourceError
from mien.text.files import shown_path
from mien.text.node import plain

SHIPPED = "mien"
"""The face that ships, and that pictures are drawn with."""


def read_face(path: Path) -> Face:
    """The face in the file ``path``, valid against ``schema/face.schema.json``.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "face")
    raw = cast("RawFace", plain(root))
    wrong = name_faults(root, raw)
    if wrong:
        raise SourceError(wrong)
    return face_record(raw)


@cache
def shipped_face() -> FlatFace:
    """The face that ships, ready to draw. It is known to be sound and not checked again."""
    path = resources.presets() / "faces" / f"{SHIPPED}.yaml"
    root, faults = parse(path, shown_path(path), path.resolve().parent)
    if root is None or faults:
        raise SourceError(faults)
    return flatten(face_record(cast("RawFace", plain(root))))
