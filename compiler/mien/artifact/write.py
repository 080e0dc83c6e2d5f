"""Tables to the bytes of an artifact, and the digests of its parts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.artifact.container import Array, dtype_name, little_endian, pack
from mien.artifact.layout import (
    LABEL,
    SHARED,
    TIMELINE,
    label_name,
    label_tensors,
    shared_name,
    shared_tensors,
)
from mien.engine.tables import LabelTable, Tables
from mien.text.canonical import canonical
from mien.versions import VERSIONS, schema_name

if TYPE_CHECKING:
    from mien.text.node import Plain

FIRST = "mien/artifact/1"
"""Kind and version of the metadata of a bank without timelines."""

SCHEMA = schema_name("artifact")
"""Kind and version of the metadata of a bank with them; see schema/artifact.schema.json."""


def artifact_version(tables: Tables) -> int:
    """The least version of the format that can hold ``tables``."""
    timed = any(table.timeline is not None for table in tables.labels)
    return VERSIONS["artifact"] if timed else 1


def artifact_bytes(tables: Tables) -> bytes:
    """The whole artifact: the same tables give the same bytes."""
    tensors: dict[str, Array] = shared_tensors(tables)
    for table in tables.labels:
        tensors |= label_tensors(table)
    return pack(tensors, canonical(metadata(tables)))


def metadata(tables: Tables) -> dict[str, Plain]:
    """Everything about a bank that is not a number of its tables."""
    labels: list[Plain] = [
        {
            **_label_names(table),
            "digest": table_digest(table),
            "tensors": {field: label_name(table.label, field) for field in _fields(table)},
        }
        for table in tables.labels
    ]
    found: dict[str, Plain] = {
        "schema": f"mien/artifact/{artifact_version(tables)}",
        "engine": tables.engine,
        "bank": tables.bank,
        "version": tables.version,
        "rig": tables.rig,
        "channels": list(tables.channels),
        "classes": list(tables.classes),
        "mirror": [list(pair) for pair in tables.mirror],
        "intensities": list(tables.intensities),
        "digest": shared_digest(tables),
        "tensors": {field: shared_name(field) for field in SHARED},
        "labels": labels,
    }
    # The digests cover the tensors; this covers the rest, so that no damage goes unseen.
    found["checksum"] = hashlib.sha256(canonical(found).encode()).hexdigest()
    return found


def table_digest(table: LabelTable) -> str:
    """The sha256 in hex of a label's name, styles, sequences and tensors."""
    return _digest(_label_names(table), label_tensors(table))


def _label_names(table: LabelTable) -> dict[str, Plain]:
    names: dict[str, Plain] = {"label": table.label, "styles": list(table.styles)}
    if table.timeline is not None:
        names["sequences"] = list(table.timeline.sequences)
    return names


def _fields(table: LabelTable) -> tuple[str, ...]:
    return (*LABEL, *(TIMELINE if table.timeline is not None else ()))


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
