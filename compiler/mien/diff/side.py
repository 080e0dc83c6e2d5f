"""One of the two banks of a comparison."""

from __future__ import annotations

from pathlib import PurePosixPath

from attrs import field, frozen

from mien.authored.bank import AuthoredBank
from mien.authored.document import Document
from mien.diff.told import told
from mien.engine.registry import get_engine
from mien.engine.tables import Tables
from mien.lint.rule import emotion_source
from mien.resolve import BankSource
from mien.text.node import Node
from mien.text.place import Place
from mien.text.where import Path, key_place, value_place
from mien.versions import ENGINE


@frozen(kw_only=True, eq=False, slots=False)
class Side:
    """A bank's records and tables.

    ``name`` is how it was asked for. ``sourced`` tells whether the records are what authors wrote,
    or only what tables tell. Places whose file starts with ``found`` are shown with ``shown`` in
    its stead. ``source`` is where the bank was found, if it was looked for.
    """

    name: str
    bank: AuthoredBank
    tables: Tables
    sourced: bool
    found: str = field(default="")
    shown: str = field(default="")
    source: BankSource | None = field(default=None)

    def reduced(self) -> Side:
        """The same bank, as far as its tables tell."""
        return Side(
            name=self.name,
            bank=told(self.tables, self.bank if self.sourced else None),
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

    def place(self, stem: str, path: Path = (), *, key: bool = False) -> Place | None:
        """Where ``path`` stands in a document, or the nearest place above; None without sources."""
        document = self.document(stem)
        if document is None:
            return None
        root = document.root
        return self.shown_at(key_place(root, path) if key and path else value_place(root, path))

    def node_place(self, node: Node) -> Place:
        """Where a node of one of its documents stands."""
        return self.shown_at(node.place)

    def weight_place(self, label: str, head: Path, channel: str) -> Place | None:
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
        name=name or tables.bank, bank=told(tables), tables=tables, sourced=False, source=source
    )
