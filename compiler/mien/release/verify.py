"""`mien verify`: the ledger, and every release recompiled from its frozen sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.release.chain import chain_faults
from mien.release.check import file_faults, release_faults
from mien.release.exclusive import is_busy
from mien.release.folder import ReleaseFolder, interrupted, release_folders, unlisted
from mien.release.ledger import LEDGER_NAME, Entry, Ledger, read_ledger
from mien.release.verified_cache import note_verified, was_verified
from mien.text.fault import Fault, fault
from mien.text.files import shown_path

Progress = Callable[["Verified"], None]


class State(Enum):
    """What was found out about a release."""

    VERIFIED = "verified"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@frozen(kw_only=True)
class Verified:
    """One release: recompiled and equal, unchanged since it was, or what is wrong with it."""

    entry: Entry
    state: State
    faults: tuple[Fault, ...] = ()


@frozen(kw_only=True)
class Report:
    """``faults`` are the ledger's; ``notes`` say what is no fault but should be known."""

    ledger: Ledger
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    releases: tuple[Verified, ...]

    @property
    def failed(self) -> bool:
        """Whether anything does not hold."""
        return bool(self.faults) or any(one.state is State.FAILED for one in self.releases)


def verify(
    releases: Path,
    *,
    chosen: Callable[[Entry], bool] = lambda entry: True,
    full: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Check the whole ledger and the releases that are ``chosen``, oldest first.

    A release that this program has recompiled before, with the same digests, is only compared with
    its digests unless ``full``. Writes nothing but the note that it holds, in the user's cache.
    """
    busy = is_busy(releases)
    folders = release_folders(releases)  # before the ledger: a new release comes into it last
    path = releases / LEDGER_NAME
    try:
        ledger = read_ledger(path)
    except SourceError as error:
        return Report(ledger=Ledger(), faults=error.faults, notes=(), releases=())
    faults = [*chain_faults(ledger, folders, shown_path(path))]
    notes: list[str] = []
    if busy:
        notes.append("a release is being made now: it is not looked at")
    else:
        faults += [_unlisted(home) for home in unlisted(releases, ledger) if home in folders]
        notes += [
            f"{shown_path(one)} was left by an interrupted release; the next one removes it"
            for one in interrupted(releases)
        ]
    entries = [entry for entry in ledger.entries if chosen(entry)]
    found = _verified(releases, entries, full=full, jobs=jobs, progress=progress)
    return Report(ledger=ledger, faults=tuple(faults), notes=tuple(notes), releases=tuple(found))


def usable_cores() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _verified(
    releases: Path, entries: Iterable[Entry], *, full: bool, jobs: int, progress: Progress | None
) -> Iterator[Verified]:
    """In the order of the ledger; what need not be recompiled costs only its digests."""
    cheap: dict[str, Verified] = {}
    costly: list[tuple[ReleaseFolder, Entry]] = []
    entries = tuple(entries)
    for entry in entries:
        home = ReleaseFolder(releases=releases, bank=entry.bank, version=entry.version)
        if not full and was_verified(entry):
            faults = file_faults(home, entry)
            if not faults:
                cheap[entry.name] = Verified(entry=entry, state=State.UNCHANGED)
                continue
        costly.append((home, entry))
    recompiled = _recompiled(costly, jobs)
    for entry in entries:
        one = cheap.get(entry.name) or next(recompiled)
        if one.state is State.VERIFIED:
            note_verified(entry)
        if progress is not None:
            progress(one)
        yield one


def _recompiled(tasks: list[tuple[ReleaseFolder, Entry]], jobs: int) -> Iterator[Verified]:
    if min(jobs, len(tasks)) < 2:
        yield from map(_recompile, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: a forked one would inherit half of the kernels' threads.
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"))
    with pool:
        yield from pool.map(_recompile, tasks)


def _recompile(task: tuple[ReleaseFolder, Entry]) -> Verified:
    home, entry = task
    try:
        faults = release_faults(home, entry)
    except OSError as error:
        shown = str(error.filename or shown_path(home.path))
        what = f"cannot be read: {(error.strerror or 'unknown reason').lower()}"
        faults = (fault(shown, "file-unreadable", what, "check its permissions"),)
    state = State.FAILED if faults else State.VERIFIED
    return Verified(entry=entry, state=state, faults=faults)


def _unlisted(home: ReleaseFolder) -> Fault:
    message = f"{home.name} has a folder, but no entry in the ledger"
    hint = "a release was cut short: `mien release` completes it; or its entry was removed"
    return fault(shown_path(home.path), "release-unlisted", message, hint)
