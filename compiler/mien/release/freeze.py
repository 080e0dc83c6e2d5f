"""One release onto the disk: a folder that is whole or not there, then its line in the ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from mien.compile import Compiled
from mien.lock.read import LOCK_NAME
from mien.lock.write import write_lock
from mien.release.folder import SOURCES, STAGING, ReleaseFolder, artifact_of, measured_entry
from mien.release.ledger import LEDGER_NAME, Entry, Ledger, head_digest, write_ledger
from mien.text.atomic import sync_folder, write_atomic

_ATTRIBUTES = ".gitattributes"
_UNTOUCHED = b"# Releases are pinned byte for byte: no line end may change on checkout.\n* -text\n"


def freeze(
    compiled: Compiled, sources: Mapping[str, bytes], home: ReleaseFolder, ledger: Ledger
) -> Entry:
    """Write the release ``home`` of a bank, as `freeze_files` does."""
    return freeze_files(_files(compiled, sources), home, ledger)


def freeze_files(files: Mapping[str, bytes], home: ReleaseFolder, ledger: Ledger) -> Entry:
    """Write the files of ``home`` and append it to the ledger; the caller holds the folder.

    Everything is written and synced under another name first, and takes its place at once. The
    ledger is written last: a folder that it does not know is a release that was cut short, whole
    but for that line.

    Raises:
        OSError: something cannot be written; the ledger is as it was.
    """
    releases = home.releases
    if not (releases / _ATTRIBUTES).exists():
        write_atomic(releases / _ATTRIBUTES, _UNTOUCHED)
    staging = releases / f"{STAGING}{home.bank}-{home.version}-{os.getpid()}"
    try:
        _write_all(staging, files)
        home.path.parent.mkdir(exist_ok=True)
        sync_folder(releases)
        os.rename(staging, home.path)  # noqa: PTH104  fails where a release lies
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    sync_folder(home.path.parent)
    return append(ledger, home)


def append(ledger: Ledger, home: ReleaseFolder) -> Entry:
    """Add the release that lies in its folder to the ledger on disk.

    Raises:
        SourceError: its lock is no lock.
        OSError: a file cannot be read, or the ledger cannot be written; it is as it was.
    """
    entry = measured_entry(home, head_digest(ledger))
    longer = evolve(ledger, entries=(*ledger.entries, entry))
    write_atomic(home.releases / LEDGER_NAME, write_ledger(longer).encode())
    return entry


def _files(compiled: Compiled, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        **{f"{SOURCES}/{name}": data for name, data in sources.items()},
        LOCK_NAME: write_lock(compiled.lock).encode(),
        artifact_of(compiled.tables.bank): compiled.artifact,
    }


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, and see them to the disk."""
    folder.mkdir()
    folders = {folder}
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(one for one in path.parents if one.is_relative_to(folder))
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    for one in sorted(folders, reverse=True):
        sync_folder(one)
