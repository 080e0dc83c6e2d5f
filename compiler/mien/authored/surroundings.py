"""The source files of a folder, and what the files around a source say about its order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mien.authored.documents import parse
from mien.authored.files import RigFile, find_rig
from mien.text.files import SUFFIXES
from mien.text.format import Orders
from mien.text.format.order import KINDS, channel_order, intensity_order, kind_of
from mien.text.node import Node, text
from mien.text.regular_file import SOURCE, read_regular

_NOT_SOURCES = frozenset({"releases", "build", "dist", "node_modules"})
"""Folders that are not searched: released sources are frozen, the others nobody writes by hand."""


def sources_under(folder: Path, kinds: Sequence[str] = KINDS) -> Iterator[Path]:
    """Every file of these kinds under the folder, sorted, hidden and released ones left out."""
    from mien.resolve import is_released

    says = re.compile(rf"""schema["']?[ \t]*:[ \t]*["']?mien/(?:{"|".join(kinds)})/""".encode())
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _NOT_SOURCES
        )
        for name in sorted(files):
            path = Path(place) / name
            named = name.endswith(SUFFIXES) and not name.startswith(".")
            if named and _is_source(path, says) and not is_released(path):
                yield path


def orders_around(path: Path, root: Node) -> Orders:
    """The order of channels and intensities that holds for the document ``root`` in ``path``.

    They come from the bank that the file lies in and from its rig (a table of visemes names its rig
    itself); of files that are missing or cannot be read nothing is taken.
    """
    kind = kind_of(root)
    if kind == "rig":
        return Orders(channels=channel_order(root))
    if kind == "visemes":
        return Orders(channels=_channels(path.resolve().parent, root))
    bank = _bank_of(path)
    manifest = None if bank is None else _tree(bank)
    if bank is None or manifest is None:
        return Orders()
    return Orders(channels=_channels(bank.parent, manifest), intensities=intensity_order(manifest))


def shared_rig(folder: Path) -> RigFile | None:
    """The rig that the bank in ``folder`` takes from ``rigs/`` beside it, if it does.

    A rig in the bank's own folder is one of its sources; those that ship are always up to date.
    """
    home = next(
        (folder / f"bank{one}" for one in SUFFIXES if (folder / f"bank{one}").is_file()), None
    )
    manifest = None if home is None else _tree(home)
    name = None if manifest is None else text(manifest, "rig")
    found = None if name is None else find_rig(folder, name)
    beside = (folder.resolve().parent / "rigs").resolve()
    return found if found is not None and found.inside == beside else None


def _channels(folder: Path, naming: Node) -> tuple[str, ...]:
    """The order of the rig that the document ``naming`` in ``folder`` names."""
    name = text(naming, "rig")
    rig_file = None if name is None else find_rig(folder, name)
    rig = None if rig_file is None else _tree(rig_file.path)
    return () if rig is None else channel_order(rig)


def _is_source(path: Path, says: re.Pattern[bytes]) -> bool:
    try:
        return says.search(read_regular(path, SOURCE)) is not None
    except OSError:
        return False


def _bank_of(path: Path) -> Path | None:
    """The manifest of the bank that the source belongs to: beside it, or one folder up."""
    folder = path.resolve().parent
    for home in (folder, folder.parent):
        for suffix in SUFFIXES:
            if (home / f"bank{suffix}").is_file():
                return home / f"bank{suffix}"
    return None


def _tree(path: Path) -> Node | None:
    return parse(path, path.name, path.resolve().parent)[0]
