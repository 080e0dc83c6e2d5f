"""The folder of a bank: whether it is one, and which files it holds."""

from __future__ import annotations

import os
from pathlib import Path

from mien.text.fault import Fault
from mien.text.files import SUFFIXES, shown_path
from mien.text.place import Place


def folder_fault(folder: Path) -> Fault | None:
    """Why the folder cannot be read as a bank's, or None."""
    shown = Place(shown_path(folder))
    try:
        if folder.is_dir():
            os.listdir(folder)  # noqa: PTH208  whether it may be read at all
            return None
        exists = folder.exists()
    except OSError as error:
        return Fault(
            place=shown,
            path="",
            code="folder-unreadable",
            message=f"the folder cannot be read: {(error.strerror or 'unknown reason').lower()}",
            hint="check its permissions",
        )
    if exists:
        return Fault(
            place=shown,
            path="",
            code="folder-is-a-file",
            message="expected the folder of a bank, found a file",
            hint="name the folder that holds bank.yaml",
        )
    return Fault(
        place=shown, path="", code="folder-missing", message="the folder does not exist", hint=""
    )


def label_files(folder: Path) -> dict[str, list[str]] | Fault:
    """The files of a folder by their name without suffix; hidden and other files do not count."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  names are enough
    except OSError as error:
        return Fault(
            place=Place(shown_path(folder)),
            path="",
            code="folder-unreadable",
            message="the folder of the labels cannot be read: "
            f"{(error.strerror or 'unknown reason').lower()}",
            hint="every label has a file of its own there, such as emotions/joy.yaml",
        )
    stems: dict[str, list[str]] = {}
    for suffix in SUFFIXES:
        for name in sorted(names):
            if name.endswith(suffix) and not name.startswith("."):
                stems.setdefault(name.removesuffix(suffix), []).append(name)
    return stems
