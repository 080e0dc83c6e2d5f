"""Where in a bank's sources something stands."""

from __future__ import annotations

from mien.authored.bank import AuthoredBank
from mien.text.node import find
from mien.text.place import Place


def place_of(bank: AuthoredBank, document: str, path: tuple[str | int, ...]) -> Place:
    """The place of ``path`` in the source whose name starts with ``document``."""
    for name, source in bank.documents.items():
        if name.startswith(document):
            return find(source.root, path).place
    return Place(document.rstrip("."))
