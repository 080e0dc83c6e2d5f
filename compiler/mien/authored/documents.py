"""The files of a bank, parsed and digested, not yet understood.

This much is enough to tell whether a bank has changed, and it needs neither a schema nor a rig.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import define, field

from mien.authored.bank import Document
from mien.authored.files import ALIASES, find_rig, folder_fault, known_rigs, label_files
from mien.errors import SourceError
from mien.migrate.migration import Migration
from mien.migrate.upgrade import schema_fault, upgrade, written_version
from mien.text.canonical import digest
from mien.text.fault import Fault, fault
from mien.text.files import SUFFIXES, read_source, shown_path
from mien.text.node import (
    MappingNode,
    Node,
    Place,
    ScalarNode,
    entries,
    items,
    key_place,
    text,
    value_place,
)
from mien.text.node import Path as NodePath
from mien.text.suggest import did_you_mean

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank

_ID = re.compile(r"[a-z][a-z0-9_-]*\Z")


@define(kw_only=True)
class Sources:
    """What was read of a bank's files, and what was wrong with them.

    ``labels`` are the names of the files under emotions/, readable or not; None where that folder
    cannot be read.
    """

    documents: dict[str, Document] = field(factory=dict[str, Document])
    labels: set[str] | None = field(default=None)
    faults: list[Fault] = field(factory=list[Fault])

    def named(self, stem: str) -> Document:
        """The document called ``stem`` (``emotions/joy``), whichever suffix its file has.

        Raises:
            KeyError: there is none.
        """
        return _named(self.documents, stem)


def read_documents(folder: Path) -> Mapping[str, Document]:
    """Every source file of the bank in ``folder``, by name in sorted order.

    Parses and digests, without importing jsonschema or numpy; whether the sources make
    sense is not asked.

    Raises:
        SourceError: a file is missing or cannot be parsed.
    """
    sources = gather(folder)
    if sources.faults:
        raise SourceError(sources.faults)
    return dict(sorted(sources.documents.items()))


def gather(folder: Path) -> Sources:
    """Read all that can be read of the bank in ``folder``; faults are noted, not raised."""
    sources = Sources()
    refusal = folder_fault(folder)
    if refusal is not None:
        sources.faults.append(refusal)
        return sources
    real = folder.resolve()
    manifest = None
    if names := _named_files(folder, "bank"):
        manifest = _read_one(sources, folder, real, names)
    else:
        looks = "this does not look like the folder of a bank"
        sources.faults.append(_missing(folder, "bank", looks))
    rules = _named_files(folder, "rules")
    if rules:
        _read_one(sources, folder, real, rules)
    if words := _named_files(folder, ALIASES):
        _read_one(sources, folder, real, words)
    files = label_files(folder / "emotions")
    if isinstance(files, Fault):
        sources.faults.append(files)
    else:
        sources.labels = set(files)
        for _, names in sorted(files.items()):
            _read_one(sources, folder, real, [f"emotions/{name}" for name in names])
    if manifest is not None:
        rig = _rig(sources, folder, manifest)
        if not rules and rig is not None and "antagonists" in required_keys("rules", rig.root):
            sources.faults.append(
                _missing(folder, "rules", "it says whether the rig's near and soft pairs are held")
            )
    return sources


def required_keys(kind: str, rig: Node) -> tuple[str, ...]:
    """The keys that a document of ``kind`` must have because of what the rig lists.

    Where there is something that a label or the rules have to settle, they must; elsewhere they may
    leave it out.
    """
    if kind == "emotion":
        shared = any(text(one, "class") == "SHARED" for one in items(rig, "channels"))
        units = bool(entries(rig, "action_units"))
        return (*(["action_units"] if units else []), *(["speech"] if shared else []))
    if kind == "rules":
        pairs = {text(one, "kind") for one in items(rig, "antagonists")}
        return ("antagonists",) if pairs & {"near", "soft"} else ()
    return ()


def document_named(bank: AuthoredBank, stem: str) -> Document:
    """The document called ``stem`` (``bank``, ``rules``, ``rigs/<id>``, ``emotions/<label>``).

    Raises:
        KeyError: the bank has no such document.
    """
    return _named(bank.documents, stem)


def locate(bank: AuthoredBank, stem: str, path: NodePath = (), *, key: bool = False) -> Place:
    """Where ``path`` stands in the document called ``stem``: its value, or its key if ``key``.

    A path that does not exist gives the place of the nearest node above it.

    Raises:
        KeyError: the bank has no such document.
    """
    root = document_named(bank, stem).root
    return key_place(root, path) if key and path else value_place(root, path)


def kind_of(name: str) -> str:
    """The kind of the source of a bank that is called ``name``."""
    if name.startswith("emotions/"):
        return "emotion"
    return "rig" if name.startswith("rigs/") else PurePosixPath(name).stem


def _named(documents: Mapping[str, Document], stem: str) -> Document:
    for suffix in SUFFIXES:
        if stem + suffix in documents:
            return documents[stem + suffix]
    raise KeyError(stem)


def read_valid(
    path: Path,
    kind: str,
    migrations: Sequence[Migration] | None = None,
    *,
    inside: Path | None = None,
) -> Node:
    """The nodes of one file in the current version of ``kind``, valid against its schema.

    A file of an older version is brought up to date in memory; see `mien.migrate`. Only the schema
    is asked: whether names and numbers make sense together is the caller's to judge.

    Args:
        path: the file, YAML or JSON by its suffix.
        kind: the kind that is expected, such as ``rig``.
        migrations: the steps that may be taken; by default those of a bank's sources.
        inside: as for `read_source`; by default the folder of the file.

    Raises:
        SourceError: with every fault of the file.
    """
    shown = shown_path(path)
    source, root, faults = _parsed(path, shown, inside or path.resolve().parent)
    if root is None or faults:
        raise SourceError(faults)
    return valid_nodes(source, root, shown, kind, migrations)


def valid_nodes(
    source: str, root: Node, shown: str, kind: str, migrations: Sequence[Migration] | None = None
) -> Node:
    """The nodes ``root`` of the text ``source``, as `read_valid` gives those of a file.

    Raises:
        SourceError: with every fault of the text, which messages call ``shown``.
    """
    from mien.authored.validate import validate

    root = upgrade(source, root, shown, kind, migrations)
    wrong = schema_fault(root, kind, migrations)
    found = [wrong] if wrong is not None else validate(root, kind)
    if found:
        raise SourceError(found)
    return root


def parse(path: Path, shown: str, inside: Path) -> tuple[Node | None, tuple[Fault, ...]]:
    """The node tree of one file as it stands, YAML or JSON by its suffix, with every fault.

    ``inside`` is as for `read_source`.
    """
    return _parsed(path, shown, inside)[1:]


def _parsed(path: Path, shown: str, inside: Path) -> tuple[str, Node | None, tuple[Fault, ...]]:
    try:
        source = read_source(path, shown=shown, inside=inside)
    except SourceError as refusal:
        return "", None, refusal.faults
    if path.suffix == ".json":
        from mien.text.json_nodes import parse_json

        return (source, *parse_json(source, shown))
    from mien.text.yaml_nodes import parse_yaml

    return (source, *parse_yaml(source, shown))


def _named_files(folder: Path, stem: str) -> list[str]:
    return [stem + suffix for suffix in SUFFIXES if os.path.lexists(folder / (stem + suffix))]


def _missing(folder: Path, stem: str, hint: str) -> Fault:
    message = f"the bank has no {stem}.yaml (or {stem}.json)"
    return fault(shown_path(folder), "file-missing", message, hint)


def _read_one(sources: Sources, folder: Path, real: Path, names: list[str]) -> Document | None:
    for extra in names[1:]:
        message = f"both {names[0]} and {extra} exist; which one is meant?"
        hint = "keep one of the two"
        sources.faults.append(fault(shown_path(folder / extra), "file-twice", message, hint))
    return _document(sources, folder / names[0], names[0], real)


def _document(sources: Sources, path: Path, name: str, inside: Path) -> Document | None:
    shown = shown_path(path)
    source, root, faults = _parsed(path, shown, inside)
    sources.faults.extend(faults)
    if root is None:
        return None
    kind = kind_of(name)
    current = root
    if not faults:
        try:
            current = upgrade(source, root, shown, kind)
        except SourceError as refusal:
            sources.faults.extend(refusal.faults)
    document = Document(
        name=name,
        kind=kind,
        path=path,
        root=current,
        digest="" if faults else digest(root),
        version=written_version(root, kind),
    )
    sources.documents[name] = document
    return document


def _rig(sources: Sources, folder: Path, manifest: Document) -> Document | None:
    node = manifest.root.get("rig") if isinstance(manifest.root, MappingNode) else None
    name = node.value if isinstance(node, ScalarNode) else None
    if node is None or not isinstance(name, str) or not _ID.match(name):
        return None  # the schema says what is wrong
    found = find_rig(folder, name)
    if found is not None:
        return _document(sources, found.path, f"rigs/{found.path.name}", found.inside)
    message = (
        f"there is no rig {name}: looked for rigs/{name}.yaml in the bank, beside it "
        "and among the rigs that ship"
    )
    hint = did_you_mean(name, known_rigs(folder))
    sources.faults.append(fault(node.place, "rig-missing", message, hint, path="rig"))
    return None
