"""Where the rig of a bank lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien import resources
from mien.text.files import SUFFIXES


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
