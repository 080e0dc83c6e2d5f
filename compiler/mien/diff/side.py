"""One of the two banks of a comparison, also from what a person calls it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from attrs import evolve, field, frozen

from mien.authored.bank import AuthoredBank, Document
from mien.authored.reader import read_bank
from mien.diff.from_tables import bank_from_tables
from mien.diff.revision import Revision, checked_out
from mien.engine.registry import get_engine
from mien.engine.tables import Tables
from mien.errors import QueryError, SourceError
from mien.lint.rule import emotion_source
from mien.resolve import BankSource, Kind, NewBankError, load_tables, resolve
from mien.text.fault import Fault
from mien.text.files import SUFFIXES, shown_path
from mien.text.node import Node, Place, key_place, value_place
from mien.text.node import Path as NodePath
from mien.versions import ENGINE


@frozen(kw_only=True, eq=False, slots=False)
class Side:
    """A bank's records and tables.

    ``name`` is what a person called it. ``sourced`` says whether the records are what authors
    wrote, or only what tables hold. Places whose file starts with ``found`` are shown with
    ``shown`` in its stead. ``source`` is where the bank was found, if it was looked for.
    """

    name: str
    bank: AuthoredBank
    tables: Tables
    sourced: bool
    found: str = field(default="")
    shown: str = field(default="")
    source: BankSource | None = field(default=None)

    def reduced(self) -> Side:
        """The same bank, as far as its tables go."""
        return Side(
            name=self.name,
            bank=bank_from_tables(self.tables, self.bank if self.sourced else None),
            tables=self.tables,
            sourced=False,
            found=self.found,
            shown=self.shown,
            source=self.source,
        )

    def document(self, stem: str) -> Document | None:
        """The document called ``stem`` (``bank``, ``rules``, ``rig``, ``emotions/<label>``)."""
        wanted = f"rigs/{self.bank.rig.id}" if stem == "rig" else stem
        for name, document in self.bank.documents.items():
            if PurePosixPath(name).with_suffix("").as_posix() == wanted:
                return document
        return None

    def place(self, stem: str, path: NodePath = (), *, key: bool = False) -> Place | None:
        """Where ``path`` stands in a document, or the nearest place above; None without sources."""
        document = self.document(stem)
        if document is None:
            return None
        root = document.root
        return self.shown_at(key_place(root, path) if key and path else value_place(root, path))

    def node_place(self, node: Node) -> Place:
        """Where a node of one of its documents stands."""
        return self.shown_at(node.place)

    def weight_place(self, label: str, head: NodePath, channel: str) -> Place | None:
        """Where the author gave ``channel`` its value under ``head``, by whichever name."""
        path = emotion_source(self.bank, label).weight(head, channel)
        return self.place(f"emotions/{label}", path)

    def shown_at(self, place: Place) -> Place:
        """The place with its file as the person knows it."""
        if not self.found or not place.file.startswith(self.found):
            return place
        return Place(self.shown + place.file.removeprefix(self.found), place.line, place.column)


def side_of_bank(
    bank: AuthoredBank,
    name: str = "",
    *,
    found: str = "",
    shown: str = "",
    tables: Tables | None = None,
    source: BankSource | None = None,
) -> Side:
    """A bank with its sources; its tables are compiled unless they are given.

    Raises:
        SourceError: the bank cannot be compiled.
    """
    return Side(
        name=name or bank.manifest.id,
        bank=bank,
        tables=tables or get_engine(ENGINE).compile_tables(bank),
        sourced=True,
        found=found,
        shown=shown,
        source=source,
    )


def side_of_tables(tables: Tables, name: str = "", *, source: BankSource | None = None) -> Side:
    """A bank of which only the tables are left."""
    return Side(
        name=name or tables.bank,
        bank=bank_from_tables(tables),
        tables=tables,
        sourced=False,
        source=source,
    )


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
