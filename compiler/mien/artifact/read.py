"""An artifact's bytes or file back to tables, strictly."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

from mien.artifact.container import Array, Buffer, json_object, unpack
from mien.artifact.layout import LABEL, SHARED, check_field, label_name, shared_name
from mien.artifact.write import SCHEMA, artifact_bytes, shared_digest, table_digest
from mien.engine.registry import ENGINES
from mien.engine.tables import LabelTable, Tables
from mien.errors import ArtifactError
from mien.text.regular_file import ARTIFACT, open_regular

T = TypeVar("T")
Fields = dict[str, object]
CLASSES = frozenset({"EXPRESSION", "LIPSYNC", "SHARED"})


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
    with open_regular(path, ARTIFACT) as stream:
        if stream.seek(0, 2) == 0:
            return b""
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _tables(data: Buffer) -> Tables:
    """The tables whose artifact is ``data``, byte for byte: any damage makes another artifact."""
    tensors, text = unpack(data)
    found = json_object(text.encode(), "the metadata")
    engine = _engine(found)
    channels, intensities = _distinct(found, "channels"), _distinct(found, "intensities")
    classes = _get(found, "classes", _texts)
    if len(classes) != len(channels) or not CLASSES.issuperset(classes):
        raise ArtifactError("classes: expected EXPRESSION, LIPSYNC or SHARED for every channel")
    mirror = _get(found, "mirror", lambda value: _list(value, _pair))
    if not set(channels).issuperset(name for pair in mirror for name in pair):
        raise ArtifactError("mirror names a channel that is not in channels")
    sizes = {"C": len(channels), "K": len(intensities)}
    shared = {
        field: _take(tensors, shared_name(field), field, shape, sizes)
        for field, shape in SHARED.items()
    }
    entries = _get(found, "labels", lambda value: _list(value, _fields))
    labels = tuple(_label(entry, tensors, sizes) for entry in entries)
    if tensors:
        raise ArtifactError(f"unknown tensors: {', '.join(sorted(tensors)[:3])}")
    tables = Tables(
        engine=engine,
        bank=_get(found, "bank", _text),
        version=_get(found, "version", _text),
        rig=_get(found, "rig", _text),
        channels=channels,
        classes=classes,
        mirror=mirror,
        intensities=intensities,
        labels=labels,
        **shared,  # type: ignore[arg-type]
    )
    if artifact_bytes(tables) != data:
        raise ArtifactError(_damage(found, entries, tables))
    return tables


def _engine(found: Fields) -> int:
    schema = found.get("schema")
    if schema != SCHEMA:
        kind, _, number = str(schema).rpartition("/")
        if kind == SCHEMA.rpartition("/")[0] and number.isdecimal():
            raise ArtifactError(f"artifact of version {number}; upgrade mien to read it")
        raise ArtifactError(f"schema is {schema}, expected {SCHEMA}")
    engine = _get(found, "engine", _whole)
    if engine not in ENGINES:
        known = ", ".join(map(str, sorted(ENGINES)))
        raise ArtifactError(
            f"made for engine {engine}; this mien has {known}: upgrade mien to use it"
        )
    return engine


def _label(entry: Fields, tensors: dict[str, Array], sizes: dict[str, int]) -> LabelTable:
    label, styles = _get(entry, "label", _text), _distinct(entry, "styles")
    own = sizes | {"S": len(styles)}
    fields = {
        field: _take(tensors, label_name(label, field), field, shape, own)
        for field, shape in LABEL.items()
    }
    return LabelTable(label=label, styles=styles, **fields)  # type: ignore[arg-type]


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


def _damage(found: Fields, entries: Sequence[Fields], tables: Tables) -> str:
    """The first part whose digest is not the one written beside it."""
    for entry, table in zip(entries, tables.labels, strict=True):
        if entry.get("digest") != table_digest(table):
            return f"damaged: the table of {table.label} does not have its digest"
    if found.get("digest") != shared_digest(tables):
        return "damaged: the shared tables do not have their digest"
    return "damaged, or not written by mien: its header is not the canonical one"


def _get(found: Fields, key: str, read: Callable[[object], T]) -> T:
    try:
        return read(found[key])
    except KeyError:
        raise ArtifactError(f"the metadata has no '{key}'") from None
    except TypeError as error:
        raise ArtifactError(f"metadata: '{key}' is not {error}") from None


def _fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise TypeError("a list of objects")
    return cast("Fields", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a whole number")
    return value


def _list(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise TypeError("a list")
    return tuple(read(item) for item in cast("list[object]", value))


def _texts(value: object) -> tuple[str, ...]:
    return _list(value, _text)


def _pair(value: object) -> tuple[str, str]:
    names = _texts(value)
    if len(names) != 2:
        raise TypeError("a list of pairs")
    return names[0], names[1]


def _distinct(found: dict[str, object], key: str) -> tuple[str, ...]:
    names = _get(found, key, _texts)
    if len(set(names)) != len(names):
        raise ArtifactError(f"metadata: '{key}' has a name twice")
    return names
