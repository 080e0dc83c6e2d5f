"""The rules that are asked last: what no other rule explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from mien.authored.document import Document
from mien.diff.both import Both
from mien.diff.record import Category, Finding, Places
from mien.diff.rules.between import effect_text
from mien.diff.side import Side
from mien.text.canonical import canonical
from mien.text.node import plain
from mien.text.place import Place


@frozen(kw_only=True)
class LastRule:
    """A rule that is told what the others found."""

    id: str
    category: Category
    find: Callable[[LastRule, Both, Sequence[Finding]], Iterator[Finding]]


def surface_moved(rule: LastRule, both: Both, found: Sequence[Finding]) -> Iterator[Finding]:
    """Changes that are small each by itself make other faces of a label together."""
    grave = {finding.label for finding in found if finding.category is Category.MAJOR}
    for old, new in both.kept:
        effect = both.effects[new.label]
        if effect.gravity > 1 and not grave & {"", new.label}:
            yield Finding(
                rule=rule.id,
                category=rule.category,
                message=f"all changes together move faces: {effect_text(effect)}",
                places=both.label_places(old.label, new.label, ("label",)),
                label=new.label,
                size=effect.gravity,
            )


def written_otherwise(rule: LastRule, both: Both, found: Sequence[Finding]) -> Iterator[Finding]:
    """A source says something else, yet nothing that a face or a reader would notice.

    A channel's own name where a shorthand stood, for example: the lock pins another digest.
    """
    if not both.new.sourced:
        return
    explained = {place.file for finding in found for place in _places(finding)}
    stems = [(stem, stem) for stem in ("bank", "rules", "rig")]
    stems += [(f"emotions/{old.label}", f"emotions/{new.label}") for old, new in both.kept]
    for was, stem in stems:
        old_document, new_document = both.old.document(was), both.new.document(stem)
        if old_document is None or new_document is None:
            continue
        places = Places(_place(both.old, old_document), _place(both.new, new_document))
        known = bool(explained & {place.file for place in places if place})
        if not known and _says(old_document) != _says(new_document):
            yield Finding(
                rule=rule.id,
                category=rule.category,
                message="says the same in other words",
                places=places,
                label=stem.removeprefix("emotions/") if "/" in stem else "",
            )


LAST_RULES = (
    LastRule(id="surface-moved", category=Category.MAJOR, find=surface_moved),
    LastRule(id="written-otherwise", category=Category.PATCH, find=written_otherwise),
)


def _says(document: Document) -> str:
    """The canonical text of a document; a bank's version is no change of its own."""
    value = plain(document.root)
    if document.name.startswith("bank.") and isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key != "version"}
    return canonical(value)


def _place(side: Side, document: Document) -> Place:
    return side.node_place(document.root)


def _places(finding: Finding) -> Iterator[Place]:
    for places in (finding.places, *(change.places for change in finding.changes)):
        yield from (place for place in places if place)
