"""Where releases lie, what lies in one, and what an interrupted one leaves."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.lock.read import LOCK_NAME, parse_lock
from mien.release.ledger import BANK, LEDGER_NAME, READER, READERS, Entry, Ledger
from mien.semver import is_version, precedence
from mien.text.files import shown_path
from mien.text.regular_file import ARTIFACT, LOCK, read_regular, sha256_of
from mien.versions import READING

SOURCES = "sources"
"""The folder of a release that holds the frozen sources."""

STAGING = ".staging-"
"""How the names of folders begin that a release is made in."""

_BANK = re.compile(r"[a-z][a-z0-9_-]*")


@frozen(kw_only=True)
class ReleaseFolder:
    """One release on disk, of a bank or a reader by the name ``bank``."""

    releases: Path
    bank: str
    version: str

    @property
    def of_reader(self) -> bool:
        """Whether it is a reader's."""
        return self.releases.name == READERS

    @property
    def path(self) -> Path:
        """The folder that holds all that is frozen of this release."""
        return self.releases / self.bank / self.version

    @property
    def name(self) -> str:
        """The release as people call it."""
        return f"{self.bank} {self.version}"


def releases_beside(bank: Path) -> Path:
    """Where the releases of the bank in the folder ``bank`` lie by default."""
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


def sha256(path: Path) -> str:
    """The sha256 in hex of the bytes of a file of a release; none is larger than an artifact.

    Raises:
        OSError: it cannot be read.
    """
    return sha256_of(path, ARTIFACT)


def measured_entry(release: ReleaseFolder, previous: str) -> Entry:
    """The entry of the release as it lies on disk, following the entry of digest ``previous``.

    Raises:
        SourceError: its lock is no lock.
        OSError: a file is missing or cannot be read.
    """
    folder = release.path
    data = read_regular(folder / LOCK_NAME, LOCK)
    names, _ = files_in(folder / SOURCES)
    if release.of_reader:
        kind, engine = READER, READING
    else:
        kind, engine = BANK, parse_lock(data, shown_path(folder / LOCK_NAME)).engine
    return Entry(
        kind=kind,
        bank=release.bank,
        version=release.version,
        engine=engine,
        lock=hashlib.sha256(data).hexdigest(),
        artifact=sha256(folder / artifact_of(release.bank)),
        sources={name: sha256(folder / SOURCES / name) for name in sorted(names)},
        previous=previous,
    )


def try_measured_entry(release: ReleaseFolder, previous: str) -> Entry | None:
    """`measured_entry`, or None where the folder is damaged."""
    try:
        return measured_entry(release, previous)
    except (SourceError, OSError):
        return None


def interrupted(releases: Path) -> tuple[Path, ...]:
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
