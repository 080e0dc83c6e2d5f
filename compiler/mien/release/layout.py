"""Where releases lie, and what lies in one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien.fresh import LOCK_NAME
from mien.release.semver import is_version

SOURCES = "sources"
"""The folder of a release that holds the frozen sources."""

STAGING = ".staging-"
"""How the names of folders begin that a release is made in."""

_BANK = re.compile(r"[a-z][a-z0-9_-]*")


@frozen(kw_only=True)
class ReleaseFolder:
    """One release on disk."""

    releases: Path
    bank: str
    version: str

    @property
    def path(self) -> Path:
        """The folder that holds all that is frozen of this release."""
        return self.releases / self.bank / self.version

    @property
    def name(self) -> str:
        """The release as people call it."""
        return f"{self.bank} {self.version}"


def releases_beside(bank: Path) -> Path:
    """Where the releases of the bank in the folder ``bank`` lie unless told otherwise."""
    return Path(os.path.normpath(bank / "..")) / "releases"


def artifact_of(bank: str) -> str:
    """The name of the artifact in a release folder."""
    return f"{bank}.safetensors"


def expected_files(bank: str, sources: Mapping[str, str]) -> set[str]:
    """The paths, relative to its folder, of all files of a release."""
    return {LOCK_NAME, artifact_of(bank), *(f"{SOURCES}/{name}" for name in sources)}


def files_in(folder: Path) -> tuple[set[str], set[str]]:
    """The regular files under ``folder`` by relative path, and what else is there but folders."""
    files: set[str] = set()
    others: set[str] = set()
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(place) / name
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink():
                others.add(relative)
            elif path.is_file():
                files.add(relative)
            elif not path.is_dir():
                others.add(relative)
    return files, others


def release_folders(releases: Path) -> tuple[ReleaseFolder, ...]:
    """Every folder under ``releases`` that looks like a release, listed in the ledger or not."""
    found: list[ReleaseFolder] = []
    for bank in _folders(releases):
        if _BANK.fullmatch(bank):
            versions = _folders(releases / bank)
            found += [ReleaseFolder(releases=releases, bank=bank, version=v) for v in versions]
    return tuple(folder for folder in found if is_version(folder.version))


def staging_folders(releases: Path) -> tuple[Path, ...]:
    """What releases that did not end have left."""
    return tuple(releases / name for name in _folders(releases) if name.startswith(STAGING))


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
