"""One side of a comparison, from what a person calls it."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from mien.authored.reader import read_bank
from mien.diff.revision import Revision, checked_out
from mien.diff.side import Side, side_of_bank, side_of_tables
from mien.errors import QueryError, SourceError
from mien.resolve import BankSource, Kind, NewBankError, load_tables, resolve
from mien.text.fault import Fault
from mien.text.files import SUFFIXES, shown_path


def load_side(text: str, near: str | Path | BankSource | None = None) -> Side:
    """The bank that ``text`` means, as `resolve` says, git's revisions among it.

    Args:
        text: what a person wrote.
        near: the bank on the other side.

    Raises:
        QueryError: there is no such bank.
        NewBankError: it is a bank that was not there yet; see `resolve`.
        ArtifactError: the artifact is damaged or needs a newer mien.
        SourceError: the sources cannot be used.
    """
    other = resolve(near) if isinstance(near, str | Path) else near
    source = resolve(text, other, revisions=True)
    if source.revision is not None:
        return _revision(source, source.revision, explicit=":" in text)
    if source.kind is Kind.FOLDER:
        return side_of_bank(read_bank(source.path), source.name, source=source)
    if source.kind is Kind.RELEASE:
        bank, tables = read_bank(source.sources), load_tables(source)
        return side_of_bank(bank, f"{source.bank}@{source.version}", tables=tables, source=source)
    if source.path.suffix in SUFFIXES:
        raise QueryError(f"{text} is a source file; name the folder of its bank")
    return side_of_tables(load_tables(source), source.name, source=source)


def other_bank(text: str) -> BankSource | None:
    """The bank that ``text`` means by itself, if any: what the other side can be near to."""
    try:
        return resolve(text)
    except QueryError:
        return None


def _revision(source: BankSource, revision: Revision, *, explicit: bool) -> Side:
    """The bank at a revision; where its folder was not spelled out, a missing one is a new bank."""
    with checked_out(revision) as top:
        if top is None:
            lacking = f"{revision.text} has no bank in {revision.folder}"
            raise QueryError(lacking) if explicit else NewBankError(lacking)
        found, shown = f"{shown_path(top)}/", f"{revision.text}:"
        try:
            bank = read_bank(top / revision.folder)
        except SourceError as refusal:
            raise SourceError(_shown(fault, found, shown) for fault in refusal.faults) from None
        return side_of_bank(bank, source.name, found=found, shown=shown, source=source)


def _shown(fault: Fault, found: str, shown: str) -> Fault:
    place = evolve(fault.place, file=fault.place.file.replace(found, shown, 1))
    return evolve(fault, place=place)
