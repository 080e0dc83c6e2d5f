"""Noting faults at places of one document."""

from __future__ import annotations

from attrs import field, frozen

from mien.text.fault import Fault
from mien.text.limits import MAX_FAULTS
from mien.text.node import Node
from mien.text.place import Place
from mien.text.where import Path, key_place, path_text, value_place


@frozen(kw_only=True)
class Complaints:
    """The faults of one document, gathered."""

    root: Node
    faults: list[Fault] = field(factory=list[Fault])

    @property
    def full(self) -> bool:
        """Whether there are so many that looking on is pointless."""
        return len(self.faults) >= MAX_FAULTS

    def at_value(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Complain about the value at ``path``."""
        self._add(value_place(self.root, path), path, code, message, hint)

    def at_key(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Complain about the last key of ``path``."""
        self._add(key_place(self.root, path), path, code, message, hint)

    def _add(self, place: Place, path: Path, code: str, message: str, hint: str) -> None:
        if not self.full:
            self.faults.append(
                Fault(place=place, path=path_text(path), code=code, message=message, hint=hint)
            )
