"""Where the files of a bank lie: its folder, its labels' files and its rig."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien import resources
from mien.text.fault import Fault, fault
from mien.text.files import SUFFIXES, shown_path
from mien.text.node import Place

ALIASES = "aliases"
"""The document of a bank's own words for its labels, which it may do without."""


def folder_fault(folder: Path) -> Fault | None:
    """Why the folder cannot be read as a bank's, or None."""
    shown = Place(shown_path(folder))
    try:
        if folder.is_dir():
            os.listdir(folder)  # noqa: PTH208  whether it may be read at all
            return None
        exists = folder.exists()
    except OSError as error:
        message = f"the folder cannot be read: {(error.strerror or 'unknown reason').lower()}"
        return fault(shown, "folder-unreadable", message, "check its permissions")
    if exists:
        message = "expected the folder of a bank, found a file"
        return fault(shown, "folder-is-a-file", message, "name the folder that holds bank.yaml")
    return fault(shown, "folder-missing", "the folder does not exist")


def label_files(folder: Path) -> dict[str, list[str]] | Fault:
    """The files of a folder by their name without suffix; hidden and other files do not count."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  names are enough
    except OSError as error:
        message = (
            "the folder of the labels cannot be read: "
            f"{(error.strerror or 'unknown reason').lower()}"
        )
        hint = "every label has a file of its own there, such as emotions/joy.yaml"
        return fault(shown_path(folder), "folder-unreadable", message, hint)
    stems: dict[str, list[str]] = {}
    for suffix in SUFFIXES:
        for name in sorted(names):
            if name.endswith(suffix) and not name.startswith("."):
                stems.setdefault(name.removesuffix(suffix), []).append(name)
    return stems


def aliases_file(folder: Path) -> Path | None:
    """The file with a bank's own words for its labels, if there is one."""
    paths = (folder / f"{ALIASES}{suffix}" for suffix in SUFFIXES)
    return next((path for path in paths if os.path.lexists(path)), None)


@frozen(kw_only=True)
class RigFile:
    """The file of a rig, and the folder (links resolved) that it must not lead out of."""

    path: Path
    inside: Path


def find_rig(folder: Path, name: str) -> RigFile | None:
    """The rig called ``name`` for the bank in ``folder``.

    The bank's own folder rigs/ comes first, then rigs/ beside the bank, then the rigs that ship.
    """
    for rigs, inside in _folders(folder):
        for suffix in SUFFIXES:
            path = rigs / (name + suffix)
            if os.path.lexists(path):
                return RigFile(path=path, inside=inside.resolve())
    return None


def known_rigs(folder: Path) -> list[str]:
    """The names of all rigs that the bank in ``folder`` could use, sorted."""
    return sorted({stem for rigs, _ in _folders(folder) for stem in _stems(rigs)})


def _folders(folder: Path) -> Iterator[tuple[Path, Path]]:
    yield folder / "rigs", folder
    beside = Path(os.path.normpath(folder / "..")) / "rigs"
    yield beside, beside
    shipped = resources.presets() / "rigs"
    yield shipped, shipped


def _stems(rigs: Path) -> list[str]:
    try:
        names = os.listdir(rigs)  # noqa: PTH208  names are enough
    except OSError:
        return []
    return [Path(name).stem for name in names if name.endswith(SUFFIXES)]
