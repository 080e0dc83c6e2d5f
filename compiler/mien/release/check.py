"""One release against its entry, and against what its engine makes of its sources today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from mien.errors import SourceError
from mien.lock.read import LOCK_NAME, parse_lock
from mien.lock.record import Lock
from mien.release.folder import (
    SOURCES,
    ReleaseFolder,
    artifact_of,
    expected_files,
    files_in,
    sha256,
)
from mien.release.ledger import LEDGER_NAME, Entry
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.regular_file import ARTIFACT, LOCK, read_regular

_RESTORE = "released files never change: restore them from version control"
_NEWER = "released files never change: it takes a mien that reads this version"
_COMPILER = "this mien compiles the release otherwise: a change of the arithmetic is a new engine"


def release_faults(home: ReleaseFolder, entry: Entry) -> tuple[Fault, ...]:
    """All that is wrong with a release: its files, then what recompiling it gives.

    Of a reader, what reading its frozen list of texts gives.
    """
    faults = file_faults(home, entry)
    if home.of_reader:
        from mien.reading.frozen import reread_faults

        return faults or reread_faults(home, entry)
    if any(fault.code != "file-changed" or _is_source(home, fault) for fault in faults):
        return faults  # of other sources than the released ones nothing can be said
    return (*faults, *recompiled_faults(home, entry))


def file_faults(home: ReleaseFolder, entry: Entry) -> tuple[Fault, ...]:
    """Files that are missing, changed, or none of the release's, by the digests of the entry."""
    return tuple(_file_faults(home, entry))


def recompiled_faults(home: ReleaseFolder, entry: Entry) -> tuple[Fault, ...]:
    """Where the frozen lock and artifact differ from what the frozen sources compile to."""
    from mien.authored.reader import read_bank
    from mien.compile import recompile
    from mien.engine.registry import UnknownEngineError

    folder = home.path
    engine = _locked_engine(folder / LOCK_NAME, entry)
    if engine != entry.engine:
        message = f"the ledger says engine {entry.engine}, the lock of the release engine {engine}"
        hint = "restore the ledger from version control"
        return (entry_fault(home.releases / LEDGER_NAME, entry, "engine-differs", message, hint),)
    try:
        compiled = recompile(read_bank(folder / SOURCES), entry.engine)
    except SourceError as error:
        return tuple(
            evolve(fault, hint=_NEWER) if fault.code == "schema-version" else fault
            for fault in error.faults
        )
    except UnknownEngineError as error:
        return (entry_fault(folder, entry, "engine-unknown", str(error), ""),)
    faults: list[Fault] = []
    artifact = folder / artifact_of(entry.bank)
    if read_regular(artifact, ARTIFACT) != compiled.artifact:
        from mien.release.difference import first_difference

        where = first_difference(read_regular(artifact, ARTIFACT), compiled.artifact) or ""
        hint = _RESTORE if sha256(artifact) != entry.artifact else _COMPILER
        faults.append(entry_fault(artifact, entry, "table-differs", where, hint))
    faults += _lock_faults(folder / LOCK_NAME, entry, compiled.lock)
    made = (compiled.tables.bank, compiled.tables.version)
    if made != (entry.bank, entry.version):
        message = f"the sources are of {made[0]} {made[1]}, the ledger says {entry.name}"
        faults.append(entry_fault(folder, entry, "release-of-another", message, _RESTORE))
    return tuple(faults)


def _file_faults(home: ReleaseFolder, entry: Entry) -> Iterator[Fault]:
    folder = home.path
    if not folder.is_dir():
        message = f"{entry.name} is in the ledger, but its folder is missing"
        yield entry_fault(folder, entry, "release-missing", message, _RESTORE)
        return
    files, others = files_in(folder)
    digests = {
        LOCK_NAME: entry.lock,
        artifact_of(entry.bank): entry.artifact,
        **{f"{SOURCES}/{name}": digest for name, digest in entry.sources.items()},
    }
    for name in sorted(expected_files(entry.bank, entry.sources) | files | others):
        path = folder / name
        if name in others:
            message = "expected a plain file, found a link or a device"
            yield entry_fault(path, entry, "file-irregular", message, _RESTORE)
        elif name not in digests:
            message = "this file is not a part of the release"
            yield entry_fault(path, entry, "file-extra", message, "remove it")
        elif name not in files:
            yield entry_fault(path, entry, "file-missing", "the file is missing", _RESTORE)
        else:
            fault = _changed(path, entry, digests[name])
            if fault is not None:
                yield fault


def _changed(path: Path, entry: Entry, digest: str) -> Fault | None:
    try:
        found = sha256(path)
    except OSError as error:
        what = error.strerror or "unknown reason"
        return entry_fault(path, entry, "file-unreadable", f"cannot be read: {what.lower()}", "")
    if found == digest:
        return None
    message = f"changed since it was released: sha256 {found[:12]}…, the ledger has {digest[:12]}…"
    return entry_fault(path, entry, "file-changed", message, _RESTORE)


def _locked_engine(path: Path, entry: Entry) -> int:
    """The engine of the frozen lock; the entry's own where the lock is damaged itself."""
    data = read_regular(path, LOCK)
    if hashlib.sha256(data).hexdigest() != entry.lock:
        return entry.engine
    try:
        return parse_lock(data, shown_path(path)).engine
    except SourceError:
        return entry.engine


def _is_source(home: ReleaseFolder, fault: Fault) -> bool:
    return fault.place.file.startswith(shown_path(home.path / SOURCES) + "/")


def _lock_faults(path: Path, entry: Entry, now: Lock) -> Iterator[Fault]:
    """What the frozen lock pins otherwise than the sources say, or why it cannot be read."""
    from mien.lock.compare import differences

    data = read_regular(path, LOCK)
    hint = _RESTORE if hashlib.sha256(data).hexdigest() != entry.lock else _COMPILER
    try:
        facts = "; ".join(differences(parse_lock(data, shown_path(path)), now))
    except SourceError as error:
        facts = "; ".join(fault.message for fault in error.faults)
    if facts:
        yield entry_fault(path, entry, "lock-differs", facts, hint)


def entry_fault(path: Path, entry: Entry, code: str, message: str, hint: str) -> Fault:
    """What is wrong with the file ``path`` of a release."""
    return fault(shown_path(path), code, message, hint, path=entry.name)
