"""Whether the ledger is what an unbroken row of releases leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.release.folder import ReleaseFolder, try_measured_entry
from mien.release.ledger import FIRST, Entry, Ledger, entry_digest
from mien.semver import precedence
from mien.text.fault import Fault, fault

_RESTORE = "restore the ledger from version control; entries are only ever appended"


def chain_faults(ledger: Ledger, folders: Sequence[ReleaseFolder], shown: str) -> tuple[Fault, ...]:
    """Entries that were removed, reordered, edited or appended out of turn.

    ``folders`` are the releases on disk: they tell an edited entry from one that is missing.
    ``shown`` is how messages name the ledger.
    """
    return (*_links(ledger, folders, shown), *_order(ledger, shown))


def _links(ledger: Ledger, folders: Sequence[ReleaseFolder], shown: str) -> Iterator[Fault]:
    digests = [FIRST, *map(entry_digest, ledger.entries)]
    for at, entry in enumerate(ledger.entries):
        if entry.previous != digests[at]:
            code, message = _broken(ledger, at, digests, folders)
            yield _fault(shown, entry, code, message)


def _broken(
    ledger: Ledger, at: int, digests: list[str], folders: Sequence[ReleaseFolder]
) -> tuple[str, str]:
    """Why the entry at a position does not pin the entry before it."""
    entry = ledger.entries[at]
    before = ledger.entries[at - 1].name if at else "the start"
    if entry.previous in digests:
        follows = digests.index(entry.previous)
        name = ledger.entries[follows - 1].name if follows else "the start"
        if follows > at:
            return "ledger-reordered", f"{entry.name} follows {name}, but stands before it"
        between = "was appended out of turn, or what stands between was put there later"
        return (
            "ledger-out-of-turn",
            f"{entry.name} follows {name}, but stands after {before}: it {between}",
        )
    listed = {(one.bank, one.version) for one in ledger.entries}
    for folder in folders:
        if (folder.bank, folder.version) not in listed:
            missing = try_measured_entry(folder, digests[at])
            if missing is not None and entry_digest(missing) == entry.previous:
                where = f"between {before} and {entry.name}"
                return "ledger-removed", f"the entry of {folder.name} was removed {where}"
    if at:
        edited = ledger.entries[at - 1]
        for folder in folders:
            if (folder.bank, folder.version) == (edited.bank, edited.version):
                whole = try_measured_entry(folder, edited.previous)
                if whole is not None and entry_digest(whole) == entry.previous:
                    fields = ", ".join(_changed(whole, edited))
                    return "ledger-edited", f"the entry of {edited.name} was edited: {fields}"
    return (
        "ledger-broken",
        f"{entry.name} does not pin the entry before it ({before}): that one was edited, or one "
        "between the two was removed",
    )


def _changed(whole: Entry, edited: Entry) -> Iterator[str]:
    for name in ("engine", "lock", "artifact", "previous"):
        if getattr(whole, name) != getattr(edited, name):
            yield name
    for name in sorted(whole.sources.keys() | edited.sources.keys()):
        if whole.sources.get(name) != edited.sources.get(name):
            yield name


def _order(ledger: Ledger, shown: str) -> Iterator[Fault]:
    """Versions of one bank only ever grow."""
    newest: dict[str, Entry] = {}
    for entry in ledger.entries:
        before = newest.get(entry.bank)
        if before is not None and precedence(entry.version) <= precedence(before.version):
            message = f"{entry.name} stands after {before.name}, which is no older version"
            yield _fault(shown, entry, "ledger-order", message)
        else:
            newest[entry.bank] = entry


def _fault(shown: str, entry: Entry, code: str, message: str) -> Fault:
    return fault(shown, code, message, _RESTORE, path=entry.name)
