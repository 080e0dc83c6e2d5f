"""An artifact's bytes or file back to tables."""

from __future__ import annotations

import mmap
from pathlib import Path

from mien.artifact.check import check_field
from mien.artifact.container import Array, Buffer, unpack
from mien.artifact.digest import shared_digest, table_digest
from mien.artifact.layout import LABEL, SHARED, label_name, shared_name
from mien.artifact.metadata import LabelMetadata, Metadata, read_metadata
from mien.artifact.write import artifact_bytes
from mien.engine.tables import LabelTable, Tables
from mien.errors import ArtifactError


def read_artifact(source: Path | bytes) -> Tables:
    """The tables in a file, which stays mapped into memory, or in bytes. Arrays are read-only.

    Raises:
        ArtifactError: the file cannot be read, is no artifact, is damaged, or needs a newer mien.
    """
    if isinstance(source, bytes):
        return _tables(source)
    try:
        data = _map(source)
        return _tables(data)
    except OSError as error:
        raise ArtifactError(f"{source}: {error.strerror or error}") from error
    except ArtifactError as error:
        raise ArtifactError(f"{source}: {error}") from None


def _map(path: Path) -> Buffer:
    with path.open("rb") as stream:
        if stream.seek(0, 2) == 0:
            return b""
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _tables(data: Buffer) -> Tables:
    tensors, text = unpack(data)
    found = read_metadata(text)
    sizes = {"C": len(found.channels), "K": len(found.intensities)}
    shared = {
        field: _take(tensors, shared_name(field), field, shape, sizes)
        for field, shape in SHARED.items()
    }
    labels = tuple(_label(tensors, label, sizes) for label in found.labels)
    if tensors:
        raise ArtifactError(f"unknown tensors: {', '.join(sorted(tensors)[:3])}")
    tables = Tables(
        engine=found.engine,
        bank=found.bank,
        version=found.version,
        rig=found.rig,
        channels=found.channels,
        classes=found.classes,
        mirror=found.mirror,
        intensities=found.intensities,
        labels=labels,
        **shared,  # type: ignore[arg-type]
    )
    _check_digests(found, tables)
    if artifact_bytes(tables) != data:
        raise ArtifactError("damaged, or not written by mien: its header is not the canonical one")
    return tables


def _label(tensors: dict[str, Array], label: LabelMetadata, sizes: dict[str, int]) -> LabelTable:
    own = sizes | {"S": len(label.styles)}
    fields = {
        field: _take(tensors, label_name(label.label, field), field, shape, own)
        for field, shape in LABEL.items()
    }
    return LabelTable(label=label.label, styles=label.styles, **fields)  # type: ignore[arg-type]


def _take(
    tensors: dict[str, Array],
    name: str,
    field: str,
    shape: tuple[str | int, ...],
    sizes: dict[str, int],
) -> Array:
    tensor = tensors.pop(name, None)
    if tensor is None:
        raise ArtifactError(f"tensor {name} is missing")
    check_field(name, field, tensor, shape, sizes)
    return tensor


def _check_digests(found: Metadata, tables: Tables) -> None:
    for label, table in zip(found.labels, tables.labels, strict=True):
        if table_digest(table) != label.digest:
            raise ArtifactError(f"damaged: the table of {label.label} does not have its digest")
    if shared_digest(tables) != found.digest:
        raise ArtifactError("damaged: the shared tables do not have their digest")
