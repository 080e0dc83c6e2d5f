"""The canonical order of keys: that of the schema, the rig and the bank."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import cast

from attrs import field, frozen

from mien import resources
from mien.text.node import Node, entries, items, text, texts

KINDS = ("aliases", "bank", "emotion", "reader", "readings", "rig", "rules", "score", "visemes")
"""The kinds of documents that have a canonical form."""

Schema = Mapping[str, object]


@frozen(kw_only=True)
class Orders:
    """What the surroundings of a document say about its order.

    ``channels`` are the names of channels and shorthands in rig order, ``intensities`` those of the
    bank. Where one is empty, the order of the file stands.
    """

    channels: tuple[str, ...] = field(default=())
    intensities: tuple[str, ...] = field(default=())


def kind_of(root: Node) -> str | None:
    """The kind that the document's key ``schema`` names, None if it is none of ``KINDS``."""
    value = text(root, "schema") or ""
    kind = value.removeprefix("mien/").partition("/")[0]
    return kind if value.startswith("mien/") and kind in KINDS else None


@cache
def schema_of(kind: str | None) -> Schema:
    """The JSON Schema of a kind of document; empty for None."""
    if kind is None:
        return {}
    path = resources.schemas() / f"{kind}.schema.json"
    return cast("Schema", json.loads(path.read_text(encoding="utf-8")))


def inner(schema: Schema, name: str | None) -> Schema:
    """The schema of the value under ``name``, or of a list's items when ``name`` is None."""
    found: object
    if name is None:
        found = schema.get("items")
    else:
        properties = cast("Mapping[str, object]", schema.get("properties", {}))
        found = properties.get(name, schema.get("additionalProperties"))
    return cast("Schema", found) if isinstance(found, dict) else {}


def ranks(schema: Schema, orders: Orders) -> Callable[[str], tuple[int, int]]:
    """Sort keys for the names of a mapping; names of equal rank keep their order."""
    keys = schema.get("x-mien-keys")
    if keys == "action-unit":
        return lambda name: (0, int(name)) if name.isdecimal() else (1, 0)
    known: Iterable[str] = ()
    if keys == "channel":
        known = orders.channels
    elif keys == "intensity":
        known = orders.intensities
    elif keys is None:
        known = cast("Mapping[str, object]", schema.get("properties", {}))
    positions = {name: position for position, name in enumerate(known)}
    return lambda name: (0, positions[name]) if name in positions else (1, 0)


def channel_order(rig: Node) -> tuple[str, ...]:
    """The channels of a rig's document in order, each shorthand before its first member.

    What is not a rig gives what can be read of it: formatting a file must not fail for another.
    """
    names = (text(channel, "name") for channel in items(rig, "channels"))
    channels = [name for name in names if name is not None]
    positions = {name: (position, 1, 0) for position, name in enumerate(channels)}
    for number, shorthand in enumerate(entries(rig, "shorthands")):
        first = next(iter(texts(shorthand.value)), None)
        if first in positions and shorthand.name not in positions:
            positions[shorthand.name] = (positions[first][0], 0, number)
    return tuple(sorted(positions, key=positions.__getitem__))


def intensity_order(bank: Node) -> tuple[str, ...]:
    """The intensities of a bank's manifest in order."""
    return texts(bank, "intensities")
