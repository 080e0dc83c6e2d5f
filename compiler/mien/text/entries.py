"""The entries of a mapping while it is being read."""

from __future__ import annotations

from mien.text.fault import Fault
from mien.text.node import Entry, Node, ScalarNode
from mien.text.place import Place


class Entries:
    """Keys and values in the order of the file; a key's second appearance is a fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._entries: list[Entry] = []
        self._seen: dict[str, Place] = {}

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, key: ScalarNode, value: Node) -> None:
        """Take one more entry; of two equal keys the first counts."""
        name = str(key.value)
        first = self._seen.get(name)
        if first is None:
            self._seen[name] = key.place
            self._entries.append(Entry(key=key, value=value))
            return
        message = (
            f"the key {name} is here a second time; the first is at {first.line}:{first.column}"
        )
        self._faults.append(
            Fault(
                place=key.place,
                path="",
                code="duplicate-key",
                message=message,
                hint="keep one of the two",
            )
        )

    def all(self) -> tuple[Entry, ...]:
        """What was taken."""
        return tuple(self._entries)
