"""Faces of a bank in a model: the file is copied in pieces, with another JSON chunk."""

from __future__ import annotations

from pathlib import Path

from mien.errors import QueryError, SourceError
from mien.formats.faces import ClipTimes, FaceSet
from mien.formats.registry import Format
from mien.gltf.json_edit import JsonEdit
from mien.gltf.read import EXTRAS, read_model
from mien.gltf.write import rewritten
from mien.text.atomic import replacing
from mien.text.regular_file import AVATAR, open_regular


def write_into(
    form: Format, faces: FaceSet, times: ClipTimes, model: Path, out: Path
) -> tuple[str, ...]:
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
    change = form.into(known, faces, times)
    with replacing(out) as stream:
        for piece in rewritten(known, change):
            stream.write(piece)
    return change.remarks


def first_difference(form: Format, faces: FaceSet, times: ClipTimes, path: Path) -> int | None:
    """The first byte that changes when the faces are written into ``path``; None for no change.

    Raises:
        QueryError: the model has no place for the faces.
        SourceError: with every fault of the model.
        OSError: it cannot be read.
    """
    known = read_model(path)
    change = form.into(known, faces, times)
    at = 0
    with open_regular(path, AVATAR) as stream:
        for piece in rewritten(known, change):
            found = stream.read(len(piece))
            if found != piece:
                pairs = zip(found, piece, strict=False)
                odd = (row for row, (own, other) in enumerate(pairs) if own != other)
                return at + next(odd, len(found))
            at += len(piece)
    return None


def was_filled(form: Format, path: Path) -> bool:
    """Whether faces were written into the model ``path``, and not as a file of their own."""
    if not form.fills or not form.exports:
        return form.fills
    try:
        text = read_model(path).container.text
    except SourceError:
        return False  # a file that is damaged is not equal to any
    return "before" in JsonEdit(text).members(("asset", "extras", EXTRAS))
