"""Tables to the bytes of an artifact."""

from __future__ import annotations

import hashlib

from mien.artifact.container import Array, pack
from mien.artifact.digest import shared_digest, table_digest
from mien.artifact.layout import (
    LABEL,
    SHARED,
    label_name,
    label_tensors,
    shared_name,
    shared_tensors,
)
from mien.engine.tables import Tables
from mien.text.canonical import canonical
from mien.text.node import Plain

SCHEMA = "mien/artifact/1"
"""Kind and version of the metadata; see schema/artifact.schema.json."""


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
            "label": table.label,
            "styles": list(table.styles),
            "digest": table_digest(table),
            "tensors": {field: label_name(table.label, field) for field in LABEL},
        }
        for table in tables.labels
    ]
    found: dict[str, Plain] = {
        "schema": SCHEMA,
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
