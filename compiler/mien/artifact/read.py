"""An artifact's bytes or file back to tables, strictly."""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeGuard, cast

from mien.artifact.container import Array, Buffer, json_object, unpack, whole_number
from mien.artifact.layout import (
    LABEL,
    SHARED,
    TIMELINE,
    check_conflicts,
    check_field,
    check_plateaus,
    label_name,
    shared_name,
)
from mien.artifact.refusals import bad_artifact
from mien.artifact.timelines import Counts, check_timeline
from mien.artifact.write import FIRST, SCHEMA, artifact_bytes, shared_digest, table_digest
from mien.engine.registry import ENGINES
from mien.engine.tables import LabelTable, Tables
from mien.errors import ArtifactError
from mien.text.regular_file import ARTIFACT, open_regular
from mien.timelines.table import TimelineTable

Fields = dict[str, object]

CLASSES = frozenset({"EXPRESSION", "LIPSYNC", "SHARED"})
LEAST_COUNTS: Mapping[str, int] = MappingProxyType({"channels": 1, "intensities": 2, "labels": 1})
"""How many of each a bank has at least: an intensity is a point between two."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_artifact(source: Path | bytes, *, sha256: str | None = None) -> Tables:
    """The tables in a file, which stays mapped into memory, or in bytes. Arrays are read-only.

    The digests in an artifact betray damage, but whoever edits one can write them anew:
    ``sha256``, the hex digest of the whole file as a lock or ledger has it, betrays that too.

    Raises:
        ArtifactError: the file cannot be read, is no artifact, is damaged, gives faces outside
            [0, 1], or needs a newer mien. Its ``code`` is one of `REFUSALS`.
    """
    if isinstance(source, bytes):
        return _tables(source, sha256)
    try:
        return _tables(_map(source), sha256)
    except OSError as error:
        raise ArtifactError(f"{source}: {error.strerror or error}") from error
    except ArtifactError as error:
        raise ArtifactError(f"{source}: {error}", error.code) from None


def _map(path: Path) -> Buffer:
    with open_regular(path, ARTIFACT) as stream:
        if stream.seek(0, 2) == 0:
            return b""
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _tables(data: Buffer, sha256: str | None) -> Tables:
    """The tables whose artifact is ``data``, byte for byte: any damage makes another artifact."""
    if sha256 is not None:
        digest = hashlib.sha256(data).hexdigest()
        if digest != sha256:
            raise bad_artifact("other-sha256", found=digest, expected=sha256)
    tensors, text = unpack(data)
    found = json_object(text, "the metadata")
    engine = _engine(found)
    channels, intensities = _distinct(found, "channels"), _distinct(found, "intensities")
    classes = _texts(found, "classes")
    if len(classes) != len(channels) or not CLASSES.issuperset(classes):
        raise bad_artifact("metadata-classes")
    mirror = _mirror(found)
    if not set(channels).issuperset(name for pair in mirror for name in pair):
        raise bad_artifact("metadata-mirror")
    sizes = {"C": len(channels), "K": len(intensities)}
    shared = {
        field: _take(tensors, shared_name(field), field, shape, sizes)
        for field, shape in SHARED.items()
    }
    entries = [_fields(entry) for entry in _list(found, "labels")]
    labels = tuple(_label(entry, tensors, sizes) for entry in entries)
    if tensors:
        raise bad_artifact("tensor-unknown", name=min(tensors))
    tables = Tables(
        engine=engine,
        bank=_text(found, "bank"),
        version=_text(found, "version"),
        rig=_text(found, "rig"),
        channels=channels,
        classes=classes,
        mirror=mirror,
        intensities=intensities,
        labels=labels,
        **shared,  # type: ignore[arg-type]
    )
    check_conflicts(tables.pairs, tables.ceilings)
    for table in labels:
        check_plateaus(table, tables.metric)
        if table.timeline is not None:
            counts = Counts(
                channels=len(channels), intensities=len(intensities), labels=len(labels)
            )
            check_timeline(table.label, table.timeline, counts)
    if artifact_bytes(tables) != data:
        raise _damage(found, entries, tables)
    return tables


def _engine(found: Fields) -> int:
    """The number of the engine; the metadata is of a version that is known."""
    schema = _text(found, "schema")
    if schema not in (FIRST, SCHEMA):
        kind, _, number = schema.rpartition("/")
        if kind == SCHEMA.rpartition("/")[0] and re.fullmatch("[0-9]+", number):
            raise bad_artifact("format-newer", number=number)
        raise bad_artifact("format-other", found=schema, expected=SCHEMA)
    engine = whole_number(_value(found, "engine"))
    if engine is None:
        raise bad_artifact("metadata-type", key="engine", expected="a whole number")
    if engine not in ENGINES:
        known = ", ".join(map(str, sorted(ENGINES)))
        raise bad_artifact("engine-other", found=engine, known=known)
    return engine


def _label(entry: Fields, tensors: dict[str, Array], sizes: dict[str, int]) -> LabelTable:
    label, styles = _text(entry, "label"), _distinct(entry, "styles")
    own = sizes | {"S": len(styles)}
    fields = {
        field: _take(tensors, label_name(label, field), field, shape, own)
        for field, shape in LABEL.items()
    }
    timeline = _timeline(label, entry, tensors, own) if "sequences" in entry else None
    return LabelTable(label=label, styles=styles, timeline=timeline, **fields)  # type: ignore[arg-type]


def _timeline(
    label: str, entry: Fields, tensors: dict[str, Array], sizes: dict[str, int]
) -> TimelineTable:
    sequences = _distinct(entry, "sequences")
    own = sizes | {"Q": len(sequences)}
    fields = {
        field: _take(tensors, label_name(label, field), field, shape, own)
        for field, shape in TIMELINE.items()
    }
    return TimelineTable(sequences=sequences, **fields)  # type: ignore[arg-type]


def _take(
    tensors: dict[str, Array],
    name: str,
    field: str,
    shape: tuple[str | int, ...],
    sizes: dict[str, int],
) -> Array:
    tensor = tensors.pop(name, None)
    if tensor is None:
        raise bad_artifact("tensor-missing", name=name)
    check_field(name, field, tensor, shape, sizes)
    return tensor


def _damage(found: Fields, entries: Sequence[Fields], tables: Tables) -> ArtifactError:
    """The first part whose digest is not the one written beside it."""
    for entry, table in zip(entries, tables.labels, strict=True):
        if entry.get("digest") != table_digest(table):
            return bad_artifact("table-digest", label=table.label)
    if found.get("digest") != shared_digest(tables):
        return bad_artifact("shared-digest")
    return bad_artifact("not-canonical")


def _fields(entry: object) -> Fields:
    if not isinstance(entry, dict):
        raise bad_artifact("metadata-type", key="labels", expected="a list of objects")
    return cast("Fields", entry)


def _mirror(found: Fields) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for entry in _list(found, "mirror"):
        names = cast("list[object]", entry) if isinstance(entry, list) else []
        match names:
            case [str(left), str(right)] if _is_text(left + right):
                pairs.append((left, right))
            case _:
                raise bad_artifact("metadata-type", key="mirror", expected="a list of pairs")
    return tuple(pairs)


def _distinct(found: Fields, key: str) -> tuple[str, ...]:
    names = _texts(found, key)
    if len(set(names)) != len(names):
        raise bad_artifact("metadata-twice", key=key)
    return names


def _texts(found: Fields, key: str) -> tuple[str, ...]:
    items = _list(found, key)
    texts = tuple(item for item in items if _is_text(item))
    if len(texts) != len(items):
        raise bad_artifact("metadata-type", key=key, expected="a list of texts")
    return texts


def _list(found: Fields, key: str) -> list[object]:
    value = _value(found, key)
    if not isinstance(value, list):
        raise bad_artifact("metadata-type", key=key, expected="a list")
    items = cast("list[object]", value)
    least = LEAST_COUNTS.get(key, 0)
    if len(items) < least:
        raise bad_artifact("metadata-few", key=key, found=len(items), expected=least)
    return items


def _text(found: Fields, key: str) -> str:
    value = _value(found, key)
    if not _is_text(value):
        raise bad_artifact("metadata-type", key=key, expected="a text")
    return value


def _value(found: Fields, key: str) -> object:
    if key not in found:
        raise bad_artifact("metadata-missing", key=key)
    return found[key]


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is a text that UTF-8 can hold."""
    return isinstance(value, str) and not _SURROGATE.search(value)
