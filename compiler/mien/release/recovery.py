"""What an interrupted release left: removed where it is a part, completed where it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve

from mien.errors import ReleaseError, SourceError
from mien.release.check import release_faults
from mien.release.folder import ReleaseFolder, interrupted, measured_entry, unlisted
from mien.release.freeze import append
from mien.release.ledger import Entry, Ledger, head_digest
from mien.semver import precedence
from mien.text.fault import Fault, fault
from mien.text.files import shown_path


def clear(releases: Path) -> Iterator[str]:
    """Remove the parts that interrupted releases left, naming each; the caller holds the folder."""
    for path in interrupted(releases):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        yield f"removed {shown_path(path)}, left by an interrupted release"


def complete(releases: Path, ledger: Ledger) -> tuple[Entry, ...]:
    """Append the releases that lie whole in their place; the caller holds the folder.

    Raises:
        ReleaseError: one of them does not hold, or is older than what the ledger has.
    """
    completed: list[Entry] = []
    for home in unlisted(releases, ledger):
        faults = _why_not(home, ledger)
        if faults:
            raise ReleaseError([_unlisted(home), *faults])
        entry = append(ledger, home)
        ledger = evolve(ledger, entries=(*ledger.entries, entry))
        completed.append(entry)
    return tuple(completed)


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
