"""Traces of a release that was interrupted, told without compiling anything."""

from __future__ import annotations

from pathlib import Path

from mien.release.entry import Ledger
from mien.release.layout import ReleaseFolder, release_folders, staging_folders
from mien.release.ledger import LEDGER_NAME
from mien.release.semver import precedence


def leftovers(releases: Path) -> tuple[Path, ...]:
    """Folders and files that no release needs: interrupted ones left them."""
    return (*staging_folders(releases), *sorted(releases.glob(f".{LEDGER_NAME}.*.tmp")))


def unlisted(releases: Path, ledger: Ledger) -> tuple[ReleaseFolder, ...]:
    """Releases that lie in their place, but not in the ledger, oldest first."""
    found = (
        folder
        for folder in release_folders(releases)
        if ledger.find(folder.bank, folder.version) is None
    )
    return tuple(sorted(found, key=lambda folder: (folder.bank, precedence(folder.version))))
