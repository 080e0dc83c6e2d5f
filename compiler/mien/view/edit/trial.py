"""Whether a bank would still be sound with one file changed, told without touching it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from mien.authored.bank import AuthoredBank
from mien.errors import SourceError
from mien.text.fault import Fault, Severity
from mien.text.files import shown_path
from mien.text.place import Place
from mien.view.look import compile_for_view


def trial_faults(bank: AuthoredBank, name: str, data: bytes) -> tuple[Fault, ...]:
    """The errors of the bank if its document ``name`` held ``data``; empty where it is sound.

    The bank is put together in a folder of its own from its files as they are now, then read,
    linted and compiled. Places in the faults name the bank's own files.

    Raises:
        OSError: a file of the bank cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="mien-view-") as scratch:
        folder = Path(scratch) / bank.manifest.id
        for document in bank.documents.values():
            copy = folder / document.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data if document.name == name else document.path.read_bytes())
        try:
            compile_for_view(folder)
        except SourceError as refusal:
            return tuple(_homeward(refusal.faults, folder, bank))
    return ()


def _homeward(faults: tuple[Fault, ...], folder: Path, bank: AuthoredBank) -> Iterator[Fault]:
    """The errors among the faults, at the files that the copies were made of."""
    homes = {
        shown_path(folder / document.name): shown_path(document.path)
        for document in bank.documents.values()
    }
    for fault in faults:
        if fault.severity is Severity.ERROR:
            place = fault.place
            home = homes.get(place.file, place.file)
            yield evolve(fault, place=Place(home, place.line, place.column))
