"""Digests of the parts of an artifact: each label's table, and what the labels share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from mien.artifact.container import Array, dtype_name, little_endian
from mien.artifact.layout import label_tensors, shared_tensors
from mien.engine.tables import LabelTable, Tables
from mien.text.canonical import canonical
from mien.text.node import Plain


def table_digest(table: LabelTable) -> str:
    """The sha256 in hex of a label's name, styles and tensors."""
    names: dict[str, Plain] = {"label": table.label, "styles": list(table.styles)}
    return _digest(names, label_tensors(table))


def shared_digest(tables: Tables) -> str:
    """The sha256 in hex of the rig's and the bank's names and of the tensors that labels share."""
    names: dict[str, Plain] = {
        "rig": tables.rig,
        "channels": list(tables.channels),
        "classes": list(tables.classes),
        "mirror": [list(pair) for pair in tables.mirror],
        "intensities": list(tables.intensities),
        "engine": tables.engine,
    }
    return _digest(names, shared_tensors(tables))


def _digest(names: Mapping[str, Plain], tensors: Mapping[str, Array]) -> str:
    """Of a line of canonical JSON (names; name, type, shape of each tensor), then the bytes."""
    described: list[Plain] = [
        [name, dtype_name(tensors[name]), list(tensors[name].shape)] for name in sorted(tensors)
    ]
    line = canonical({**names, "tensors": described}) + "\n"
    digest = hashlib.sha256(line.encode())
    for name in sorted(tensors):
        digest.update(little_endian(tensors[name]))
    return digest.hexdigest()
