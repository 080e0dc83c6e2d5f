"""Whichever file holds faces without time: which reader takes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mien.authored.rig import Rig
from mien.formats.text_file import csv_rows, read_text
from mien.gltf.read import read_model
from mien.intake.face_table import FaceTable, FaceWeights, read_tree
from mien.intake.model_faces import faces_of_model
from mien.intake.moods import read_moods
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import fault, refusal
from mien.text.files import shown_path
from mien.text.node import Place

_TREES = (".json", ".yaml", ".yml")
_SCRIPTS = (".mjs", ".js", ".ts")
_MODELS = (".glb", ".gltf", ".vrm")
_LABELS = ("label", "emotion", "mood", "name", "expression", "face", "pose")
_LEVELS = ("at", "intensity", "level")


def read_faces(path: Path, rig: Rig, levels: Sequence[str], full: float = 1.0) -> FaceTable | None:
    """The faces of a file; None where it ends or begins as files do that hold none.

    ``levels`` are the names that are intensities and no emotions, ``full`` is the number that moves
    a channel all the way: 1, or 100 for percentages.

    Raises:
        SourceError: with every fault of the file.
    """
    suffix = path.suffix.lower()
    if suffix in _TREES:
        return read_tree(path, rig, levels, full)
    if suffix in _SCRIPTS:
        return read_moods(path, rig, tuple(levels))
    if suffix in _MODELS:
        return faces_of_model(read_model(path), rig)
    return _read_rows(path, rig, full) if suffix == ".csv" else None


def _read_rows(path: Path, rig: Rig, full: float) -> FaceTable | None:
    """A row a face: its name, if need be its level, and a column a channel."""
    name = shown_path(path)
    rows = csv_rows(read_text(path), path)
    header = [one.strip() for one in rows[0]]
    folded = [one.casefold() for one in header]
    label = next((folded.index(one) for one in _LABELS if one in folded), None)
    if label is None:
        return None
    level = next((folded.index(one) for one in _LEVELS if one in folded), None)
    weights = FaceWeights(rig, full)
    for number, fields in enumerate(rows[1:], start=2):
        if not any(fields):
            continue
        if len(fields) != len(header):
            message = f"{len(fields)} fields, expected {len(header)} as in the header"
            hint = "is a comma the decimal sign here? write 0.5 for 0,5"
            weights.faults.append(fault(Place(name, number, 1), "row-length", message, hint))
            continue
        found: list[tuple[str, float, Place, str]] = []
        for at, (column, text) in enumerate(zip(header, fields, strict=True)):
            if at in (label, level) or not text.strip() or not column:
                continue
            known = bool(weights.channels(column))
            before = fields[:at] if known else rows[0][:at]
            place = Place(name, number if known else 1, 1 + sum(len(one) + 1 for one in before))
            try:
                found.append((column, float(text), place, ""))
            except ValueError:
                if known and len(weights.faults) < MAX_FAULTS:
                    message = f"{column} is {text!r}, expected a number"
                    hint = "write 0.5 for 0,5" if "," in text else ""
                    weights.faults.append(fault(place, "no-number", message, hint))
        at_level = fields[level].strip() if level is not None else ""
        weights.add(fields[label].strip(), at_level, found, Place(name, number, 1))
    table = weights.table()
    if not table.faces:
        message = "there is a header, and no face below it"
        raise refusal(name, "no-rows", message)
    return table
