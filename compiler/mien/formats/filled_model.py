"""Faces of a bank in a model: the file is copied in pieces, with another JSON chunk."""

from __future__ import annotations

from pathlib import Path

from mien.errors import QueryError
from mien.formats.faces import FaceSet
from mien.formats.registry import Format
from mien.gltf.read import read_model
from mien.gltf.write import json_chunk, rewritten
from mien.text.atomic import replacing


def write_into(form: Format, faces: FaceSet, model: Path, out: Path) -> tuple[str, ...]:
    """Write ``model`` with the faces in it into the file ``out``, which may be the same.

    Returns:
        What people should know of it, in sentences.

    Raises:
        QueryError: the model has no place for the faces, ``out`` ends otherwise, or there is none.
        SourceError: with every fault of the model.
        OSError: the file cannot be written.
    """
    if not (faces.faces or faces.presets):
        raise QueryError("there is no face to write")
    if out.suffix.lower() != form.suffix:
        raise QueryError(f"{out}: expected a name that ends in {form.suffix}")
    known = read_model(model)
    change = form.into(known, faces)
    with replacing(out) as stream:
        for piece in rewritten(known, change):
            stream.write(piece)
    return change.remarks


def is_filled(form: Format, faces: FaceSet, path: Path) -> bool:
    """Whether writing the faces into the model ``path`` leaves it as it is.

    Raises:
        QueryError: the model has no place for the faces.
        SourceError: with every fault of the model.
    """
    known = read_model(path)
    change = form.into(known, faces)
    return not change.more and json_chunk(change.text) == json_chunk(known.container.text)
