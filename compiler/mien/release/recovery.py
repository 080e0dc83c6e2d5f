"""What an interrupted release left: removed where it is a part, completed where it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import evolve

from mien.errors import ReleaseError, SourceError
from mien.release.chain import chain_faults
from mien.release.check import release_faults
from mien.release.folder import (
    ReleaseFolder,
    interrupted,
    measured_entry,
    release_folders,
    unlisted,
)
from mien.release.freeze import append
from mien.release.ledger import LEDGER_NAME, Entry, Ledger, head_digest, read_ledger
from mien.semver import precedence
from mien.text.fault import Fault, fault
from mien.text.files import shown_path


def recovered(
    releases: Path, say: Callable[[str], object] = str
) -> tuple[Ledger, tuple[Entry, ...]]:
    """The ledger once it knows every release that lies whole in its place, and what it lacked.

    ``say`` hears which parts were removed; the caller holds the folder.

    Raises:
        SourceError: the ledger cannot be used.
        ReleaseError: it does not hold, or a release does not, or is older than what it has.
    """
    for done in clear(releases):
        say(done)
    path = releases / LEDGER_NAME
    ledger = read_ledger(path)
    broken = chain_faults(ledger, release_folders(releases), shown_path(path))
    if broken:
        raise ReleaseError(broken)
    completed: list[Entry] = []
    for home in unlisted(releases, ledger):
        faults = _why_not(home, ledger)
        if faults:
            raise ReleaseError([_unlisted(home), *faults])
        completed.append(append(ledger, home))
        ledger = evolve(ledger, entries=(*ledger.entries, completed[-1]))
    return ledger, tuple(completed)


def clear(releases: Path) -> Iterator[str]:
    """Remove the parts that interrupted releases left, naming each; the caller holds the folder."""
    for path in interrupted(releases):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        yield f"removed {shown_path(path)}, left by an interrupted release"


def _why_not(home: ReleaseFolder, ledger: Ledger) -> Sequence[Fault]:
    """What keeps the release from being completed."""
    released = ledger.of(home.bank)
    if released and precedence(home.version) <= precedence(released[-1].version):
        message = f"{home.name} is no newer than {released[-1].name}, which the ledger has"
        hint = "if its entry was removed, restore the ledger from version control"
        return [fault(shown_path(home.path), "release-out-of-turn", message, hint)]
    try:
        entry = measured_entry(home, head_digest(ledger))
    except SourceError as damage:
        return damage.faults
    except OSError as damage:
        what = damage.strerror or str(damage)
        return [fault(str(damage.filename or home.path), "release-damaged", what, "")]
    return [evolve(fault, hint="") for fault in release_faults(home, entry)]


def _unlisted(home: ReleaseFolder) -> Fault:
    message = f"{home.name} has a folder, but no entry in the ledger, and cannot be completed"
    hint = "if it was never published, remove the folder; else restore both from version control"
    return fault(shown_path(home.path), "release-unlisted", message, hint)
