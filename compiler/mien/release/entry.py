"""What the ledger says."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

FIRST = "0" * 64
"""What the first entry pins in place of an entry before it."""


@frozen(kw_only=True)
class Entry:
    """One release.

    ``lock``, ``artifact`` and the values of ``sources`` are sha256 in hex of the bytes of those
    files; ``sources`` has every frozen source by its path. ``previous`` is the sha256 of the text
    of the entry before, or ``FIRST``.
    """

    bank: str
    version: str
    engine: int
    lock: str
    artifact: str
    sources: Mapping[str, str]
    previous: str

    @property
    def name(self) -> str:
        """The release as people call it: ``default 1.2.0``."""
        return f"{self.bank} {self.version}"


@frozen(kw_only=True)
class Ledger:
    """All releases, oldest first."""

    entries: tuple[Entry, ...] = ()

    def find(self, bank: str, version: str) -> Entry | None:
        """The entry of that release, or None."""
        for entry in self.entries:
            if (entry.bank, entry.version) == (bank, version):
                return entry
        return None

    def of(self, bank: str) -> tuple[Entry, ...]:
        """The releases of one bank, oldest first."""
        return tuple(entry for entry in self.entries if entry.bank == bank)
