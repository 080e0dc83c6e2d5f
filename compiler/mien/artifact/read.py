"""An artifact's bytes or file back to tables, strictly."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from attrs import frozen

from mien.artifact.container import Array, Buffer, json_value, unpack
from mien.artifact.layout import LABEL, SHARED, check_field, label_name, shared_name
from mien.artifact.write import SCHEMA, artifact_bytes, shared_digest, table_digest
from mien.engine.registry import ENGINES
from mien.engine.tables import LabelTable, Tables
from mien.errors import ArtifactError

T = TypeVar("T")
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
    labels = tuple(_table(tensors, label, sizes) for label in found.labels)
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


def _table(tensors: dict[str, Array], label: LabelMetadata, sizes: dict[str, int]) -> LabelTable:
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


@frozen(kw_only=True)
class LabelMetadata:
    """A label's name, its styles, and the digest of its table."""

    label: str
    styles: tuple[str, ...]
    digest: str


@frozen(kw_only=True)
class Metadata:
    """Names and digests; see schema/artifact.schema.json."""

    engine: int
    bank: str
    version: str
    rig: str
    channels: tuple[str, ...]
    classes: tuple[str, ...]
    mirror: tuple[tuple[str, str], ...]
    intensities: tuple[str, ...]
    digest: str
    labels: tuple[LabelMetadata, ...]


def read_metadata(text: str) -> Metadata:
    """Parse the metadata text.

    Raises:
        ArtifactError: it is not such a text, or of another version or engine.
    """
    value = json_value(text.encode(), "the metadata")
    if not isinstance(value, dict):
        raise ArtifactError("the metadata is not a JSON object")
    found = cast("dict[str, object]", value)
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
    channels = _distinct(found, "channels")
    classes = _get(found, "classes", _texts)
    if len(classes) != len(channels) or not CLASSES.issuperset(classes):
        raise ArtifactError("classes: expected EXPRESSION, LIPSYNC or SHARED for every channel")
    mirror = _get(found, "mirror", lambda value: _list(value, _pair))
    if not set(channels).issuperset(name for pair in mirror for name in pair):
        raise ArtifactError("mirror names a channel that is not in channels")
    _tensor_names(found, {field: shared_name(field) for field in SHARED})
    labels = _get(found, "labels", lambda value: _list(value, _label))
    if len({label.label for label in labels}) != len(labels):
        raise ArtifactError("labels: one is there twice")
    return Metadata(
        engine=engine,
        bank=_get(found, "bank", _text),
        version=_get(found, "version", _text),
        rig=_get(found, "rig", _text),
        channels=channels,
        classes=classes,
        mirror=mirror,
        intensities=_distinct(found, "intensities"),
        digest=_get(found, "digest", _text),
        labels=labels,
    )


def _label(value: object) -> LabelMetadata:
    if not isinstance(value, dict):
        raise TypeError("an object a label")
    found = cast("dict[str, object]", value)
    label = _get(found, "label", _text)
    _tensor_names(found, {field: label_name(label, field) for field in LABEL})
    return LabelMetadata(
        label=label, styles=_distinct(found, "styles"), digest=_get(found, "digest", _text)
    )


def _get(found: dict[str, object], key: str, read: Callable[[object], T]) -> T:
    try:
        return read(found[key])
    except KeyError:
        raise ArtifactError(f"the metadata has no '{key}'") from None
    except TypeError as error:
        raise ArtifactError(f"metadata: '{key}' is not {error}") from None


def _tensor_names(found: dict[str, object], expected: dict[str, str]) -> None:
    if found.get("tensors") != expected:
        raise ArtifactError("metadata: 'tensors' does not name the tensors of this version")


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
