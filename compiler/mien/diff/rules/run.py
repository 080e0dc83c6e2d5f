"""Every rule, run over one pair of banks, and two that explain what the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.authored.bank import Document
from mien.diff.pair import BankPair
from mien.diff.record import Category, Finding, Places
from mien.diff.rules import blending, emotions, lists, manifest, rig, styles, texts, timelines
from mien.diff.rules.blending import effect_text
from mien.diff.rules.rule import MAJOR, PATCH, ChangeKind, LastRule, Rule
from mien.diff.side import Side
from mien.text.canonical import canonical
from mien.text.node import Place, plain


def _surface_moved(rule: LastRule, banks: BankPair, found: Sequence[Finding]) -> Iterator[Finding]:
    grave = {finding.label for finding in found if finding.category is Category.MAJOR}
    for old, new in banks.kept:
        effect = banks.effects[new.label]
        if effect.gravity > 1 and not grave & {"", new.label}:
            yield rule.finding(
                f"all changes together move faces: {effect_text(effect)}",
                banks.label_places(old.label, new.label, ("label",)),
                label=new.label,
                size=effect.gravity,
            )


def _written_otherwise(
    rule: LastRule, banks: BankPair, found: Sequence[Finding]
) -> Iterator[Finding]:
    if not banks.new.sourced:
        return
    explained = {place.file for finding in found for place in _places(finding)}
    stems = [(stem, stem) for stem in ("bank", "rules", "rig")]
    stems += [(f"emotions/{old.label}", f"emotions/{new.label}") for old, new in banks.kept]
    for was, stem in stems:
        old_document, new_document = banks.old.document(was), banks.new.document(stem)
        if old_document is None or new_document is None:
            continue
        places = Places(_place(banks.old, old_document), _place(banks.new, new_document))
        known = bool(explained & {place.file for place in places if place})
        if not known and _says(old_document) != _says(new_document):
            yield rule.finding(
                "says the same in other words",
                places,
                label=stem.removeprefix("emotions/") if "/" in stem else "",
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


RULES: tuple[Rule, ...] = (
    *manifest.RULES,
    *lists.RULES,
    *rig.RULES,
    *styles.RULES,
    *emotions.RULES,
    *blending.RULES,
    *timelines.RULES,
    *texts.RULES,
)

LAST_RULES = (
    LastRule(
        code="surface-moved",
        title="Small changes together make other faces of a label.",
        why="Changes that are small each by itself make other faces of a label together.",
        categories=MAJOR,
        find=_surface_moved,
    ),
    LastRule(
        code="written-otherwise",
        title="A source says the same in other words.",
        why="No face or reader notices, for example, a channel's own name where a shorthand stood; "
        "the lock pins another digest.",
        right="low: {browDown: 0.25, mouthFrown: 0.15}",
        wrong="low: {browDownLeft: 0.25, browDownRight: 0.25, mouthFrown: 0.15}",
        file="emotions/cross.yaml",
        categories=PATCH,
        find=_written_otherwise,
    ),
)

ALL_RULES: tuple[ChangeKind, ...] = (*RULES, *LAST_RULES)


def findings(banks: BankPair) -> tuple[Finding, ...]:
    """Everything that the rules find, gravest first, then largest first."""
    found = [finding for rule in RULES for finding in rule(banks)]
    for last in LAST_RULES:
        found += list(last.find(last, banks, found))
    return tuple(sorted(found, key=lambda one: (one.category.rank, -one.size)))
