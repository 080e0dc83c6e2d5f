"""The metadata of an artifact, read strictly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from attrs import frozen

from mien.artifact.container import json_value
from mien.artifact.layout import LABEL, SHARED, label_name, shared_name
from mien.artifact.write import SCHEMA
from mien.engine.registry import ENGINES
from mien.errors import ArtifactError

T = TypeVar("T")
CLASSES = frozenset({"EXPRESSION", "LIPSYNC", "SHARED"})


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
