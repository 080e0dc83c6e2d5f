"""The names that a rig gives to the other documents, read even from a rig with faults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

from mien.text.node import Node
from mien.text.peek import at, entries, items, text, texts
from mien.text.suggest import did_you_mean


@frozen(kw_only=True, slots=False)
class RigNames:
    """Channels with their classes, shorthands, action units and antagonist pairs with kinds."""

    channels: Mapping[str, str]
    shorthands: Mapping[str, tuple[str, ...]]
    action_units: frozenset[str]
    pairs: Mapping[frozenset[str], str]

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every name that may stand for channels."""
        return (*self.channels, *self.shorthands)

    def expand(self, name: str) -> tuple[str, ...]:
        """The channels that a name stands for; none when the rig does not know it."""
        if name in self.channels:
            return (name,)
        return tuple(one for one in self.shorthands.get(name, ()) if one in self.channels)

    def hint(self, name: str) -> str:
        """What was probably meant by a name that the rig does not know."""
        return did_you_mean(name, self.known)


def rig_names(root: Node) -> RigNames:
    """The names in a rig's document; what is malformed is left out."""
    return RigNames(
        channels={
            name: text(item, "class") or ""
            for item in items(root, "channels")
            if (name := text(item, "name")) is not None
        },
        shorthands={entry.name: texts(entry.value) for entry in entries(root, "shorthands")},
        action_units=frozenset(entry.name for entry in entries(root, "action_units")),
        pairs={
            frozenset(texts(item, "pair")): text(item, "kind") or ""
            for item in items(root, "antagonists")
            if at(item, ("pair",)) is not None
        },
    )
