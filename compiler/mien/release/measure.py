"""The entry that the files of a release folder deserve."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mien.errors import SourceError
from mien.fresh import LOCK_NAME
from mien.lock.read import parse_lock
from mien.release.entry import Entry
from mien.release.layout import SOURCES, ReleaseFolder, artifact_of, files_in
from mien.text.files import shown_path


def sha256(path: Path) -> str:
    """The sha256 in hex of a file's bytes.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def measured_entry(release: ReleaseFolder, previous: str) -> Entry:
    """The entry of the release as it lies on disk, following the entry of digest ``previous``.

    Raises:
        SourceError: its lock is no lock.
        OSError: a file is missing or cannot be read.
    """
    folder = release.path
    data = (folder / LOCK_NAME).read_bytes()
    lock = parse_lock(data, shown_path(folder / LOCK_NAME))
    names, _ = files_in(folder / SOURCES)
    return Entry(
        bank=release.bank,
        version=release.version,
        engine=lock.engine,
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
