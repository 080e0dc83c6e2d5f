"""Plain values to the record of a lock.

By hand, since a lock is read whenever nothing has changed: the machinery that makes the records of
sources takes longer to load than a lock takes to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from attrs import AttrsInstance, fields

from mien.lock.record import (
    ArtifactPin,
    ChannelSlope,
    ClosestPair,
    LabelPin,
    Lock,
    MeanSlope,
    Slopes,
)

T = TypeVar("T")


class MalformedLock(ValueError):
    """The value has not the shape of a lock."""


def lock_record(value: object) -> Lock:
    """The lock that ``value``, a parsed document without its ``schema``, spells.

    Raises:
        MalformedLock: a key is missing, unknown, or holds another type than the record's.
    """
    found = _keys(value, Lock)
    return Lock(
        bank=_text(found["bank"]),
        version=_text(found["version"]),
        engine=_whole(found["engine"]),
        artifact=_artifact(found["artifact"]),
        shared=_text(found["shared"]),
        schemas=_mapping(found["schemas"], _whole),
        sources=_mapping(found["sources"], _text),
        separation=_mapping(found["separation"], _closest_pair),
        labels=_mapping(found["labels"], _label),
    )


def _artifact(value: object) -> ArtifactPin:
    found = _keys(value, ArtifactPin)
    return ArtifactPin(
        file=_text(found["file"]), bytes=_whole(found["bytes"]), sha256=_text(found["sha256"])
    )


def _closest_pair(value: object) -> ClosestPair:
    found = _keys(value, ClosestPair)
    first, second = _items(found["labels"], 2, _text)
    return ClosestPair(
        labels=(first, second), mean=_number(found["mean"]), sum=_number(found["sum"])
    )


def _label(value: object) -> LabelPin:
    found = _keys(value, LabelPin)
    return LabelPin(
        table=_text(found["table"]),
        plateaus=_mapping(found["plateaus"], _number),
        plain=_slopes(found["plain"]),
        styles=_mapping(found["styles"], _slopes),
    )


def _slopes(value: object) -> Slopes:
    found = _keys(value, Slopes)
    mean, channel = _keys(found["mean"], MeanSlope), _keys(found["channel"], ChannelSlope)
    valence, arousal, dominance = _items(channel["at"], 3, _number)
    return Slopes(
        mean=MeanSlope(proved=_number(mean["proved"]), sampled=_number(mean["sampled"])),
        channel=ChannelSlope(
            channel=_text(channel["channel"]),
            proved=_number(channel["proved"]),
            sampled=_number(channel["sampled"]),
            at=(valence, arousal, dominance),
        ),
    )


def _keys(value: object, record: type[AttrsInstance]) -> Mapping[str, object]:
    """A mapping that has the fields of ``record`` and no others."""
    if not isinstance(value, dict):
        raise MalformedLock("expected a mapping")
    found = cast("dict[str, object]", value)
    if found.keys() != {one.name for one in fields(record)}:
        raise MalformedLock(f"expected the keys of {record.__name__}")
    return found


def _mapping(value: object, read: Callable[[object], T]) -> dict[str, T]:
    if not isinstance(value, dict):
        raise MalformedLock("expected a mapping")
    return {key: read(one) for key, one in cast("dict[str, object]", value).items()}


def _items(value: object, count: int, read: Callable[[object], T]) -> list[T]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    if len(items) != count:
        raise MalformedLock(f"expected a list of {count}")
    return [read(item) for item in items]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedLock("expected a text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise MalformedLock("expected a whole number")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise MalformedLock("expected a number")
    return float(value)
