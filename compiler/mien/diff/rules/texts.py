"""What only people and lint read: prose, sources, action units and the like."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.files import ALIASES
from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import PATCH, Rule
from mien.text.canonical import canonical
from mien.text.node import MappingNode, Node, Plain, SequenceNode, find, plain

PROSE = frozenset(
    {
        "title",
        "description",
        "authors",
        "sources",
        "basis",
        "reason",
        "head",
        "gaze",
        "asymmetry",
        "timing",
    }
)
AUTHORING = frozenset({"action_units", "conjugates", "shorthands", "exceptions"})

_IN_TIME = frozenset({"dynamics", "sequences"})
_SAID_OF_TIME = frozenset({"description", "sources"})
"""There, head and gaze are degrees."""

_Steps = tuple[str, ...]


def _text_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    yield from _found(rule, banks, PROSE - AUTHORING, "texts changed")


def _authoring_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    yield from _found(rule, banks, AUTHORING, "what authors and lint go by changed")


def _aliases_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    """Artifacts have no such words, so only sources are compared."""
    if not (banks.old.sourced and banks.new.sourced):
        return
    old, new = banks.old.bank.aliases, banks.new.bank.aliases
    for label in dict.fromkeys((*new, *old)):
        before, after = (", ".join(one.get(label, ())) or None for one in (old, new))
        if before != after:
            path = ("labels", label)
            places = Places(banks.old.place(ALIASES, path), banks.new.place(ALIASES, path))
            change = Change(name=label, before=before, after=after, places=places)
            yield rule.finding("other words for it changed", places, label=label, changes=(change,))


def _found(rule: Rule, banks: BankPair, keys: frozenset[str], message: str) -> Iterator[Finding]:
    for label, stem, was in _stems(banks):
        changes = tuple(_changes(banks, was, stem, keys))
        if changes:
            yield rule.finding(message, changes[0].places, label=label, changes=changes)


def _stems(banks: BankPair) -> Iterator[tuple[str, str, str]]:
    """Label (or nothing) and the document's stem, new and old."""
    if banks.new.sourced:
        yield from (("", stem, stem) for stem in ("bank", "rules", "rig"))
        for old, new in banks.kept:
            yield new.label, f"emotions/{new.label}", f"emotions/{old.label}"


def _changes(banks: BankPair, was: str, stem: str, keys: frozenset[str]) -> Iterator[Change]:
    one, other = banks.old.document(was), banks.new.document(stem)
    if one is None or other is None:
        return
    old, new = dict(_leaves(one.root, keys)), dict(_leaves(other.root, keys))
    in_both = set(_records(one.root)) & set(_records(other.root))
    for path in dict.fromkeys((*new, *old)):
        if path[:-1] not in in_both:
            continue  # what came or went with its style, trend or pair is that rule's to report
        before, after = old.get(path), new.get(path)
        values = [None if node is None else _value(node) for node in (before, after)]
        if values[0] != values[1]:
            places = Places(
                banks.old.node_place(before or find(one.root, path[:-1])),
                banks.new.node_place(after or find(other.root, path[:-1])),
            )
            name = ".".join(path)
            yield Change(name=name, before=values[0], after=values[1], places=places)


def _leaves(
    node: Node, keys: frozenset[str], path: _Steps = (), *, inside: bool = False
) -> Iterator[tuple[_Steps, Node]]:
    """Values under one of the keys, a list as one value; in lists of records, those of each."""
    if isinstance(node, MappingNode):
        for entry in node.entries:
            if not path and entry.name in _IN_TIME:
                yield from _leaves(entry.value, keys & _SAID_OF_TIME, (entry.name,))
            elif inside or entry.name in keys:
                yield from _leaves(entry.value, keys, (*path, entry.name), inside=True)
            elif entry.name not in PROSE | AUTHORING:
                yield from _leaves(entry.value, keys, (*path, entry.name))
    elif inside:
        yield path, node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            if isinstance(item, MappingNode):
                yield from _leaves(item, keys, (*path, _identity(item)))


def _records(node: Node, path: _Steps = ()) -> Iterator[_Steps]:
    """The path of every mapping, in the steps of ``_leaves``."""
    if isinstance(node, MappingNode):
        yield path
        for entry in node.entries:
            yield from _records(entry.value, (*path, entry.name))
    elif isinstance(node, SequenceNode):
        for item in node.items:
            if isinstance(item, MappingNode):
                yield from _records(item, (*path, _identity(item)))


def _identity(record: MappingNode) -> str:
    """A record of a list by what it is about, so that others coming or going do not matter."""
    about = {
        entry.name: plain(entry.value)
        for entry in record.entries
        if entry.name in ("pair", "channel", "name", "rule", "subject")
    }
    return " ".join(_words(about))


def _words(value: Plain) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    else:
        yield str(value)


def _value(node: Node) -> str:
    """A text as it reads, or a list or record, on one line."""
    value = plain(node)
    return " ".join(value.split()) if isinstance(value, str) else canonical(value)


RULES = (
    Rule(
        code="text-changed",
        title="Texts changed.",
        why="No face moves, and no name is another one.",
        right="title: Calm",
        wrong="title: Serene",
        file="emotions/calm.yaml",
        categories=PATCH,
        find=_text_changed,
    ),
    Rule(
        code="authoring-changed",
        title="Action units, shorthands, movements or exceptions changed.",
        why="Only those who write the bank, and lint, read it.",
        right="core: [4, 15]",
        wrong="core: [4]",
        file="emotions/cross.yaml",
        categories=PATCH,
        find=_authoring_changed,
    ),
    Rule(
        code="aliases-changed",
        title="Other words for a label changed.",
        why="They help whoever misspells a label; no face moves, and no label is another one.",
        categories=PATCH,
        find=_aliases_changed,
    ),
)
