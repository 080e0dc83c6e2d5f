"""A team's points as anchors of a bank: drafts to copy from, or a patch onto the bank's files."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named
from mien.authored.emotion import Anchor, Emotion, Vad
from mien.authored.surroundings import orders_around
from mien.formats.archetype_draft import comment_lines
from mien.intake.anchor_table import VadTable
from mien.lint import anchors
from mien.lint.rule import emotion_source
from mien.text.fault import Fault, fault
from mien.text.files import read_source, shown_path
from mien.text.format import format_json, format_yaml
from mien.text.node import Node, Span, at
from mien.text.suggest import aliased_label, label_hint


@frozen(kw_only=True)
class LabelPoints:
    """The points of one label by intensity or style, with what was written for each."""

    label: str
    points: Mapping[str, tuple[Vad, str]]


@frozen(kw_only=True)
class Points:
    """Points by the bank's labels, in its order, and what was left out and why.

    ``strange`` are the rows that mean no label of the bank, or none of its levels.
    """

    labels: tuple[LabelPoints, ...]
    notes: tuple[str, ...]
    strange: tuple[Fault, ...] = ()


def points_of(bank: AuthoredBank, table: VadTable, origin: str, level: str) -> Points:
    """The points of a table under the labels, intensities and styles of a bank that they mean.

    ``origin`` is what the file is called, ``level`` stands in where a row names none.
    """
    found: dict[str, dict[str, tuple[Vad, str]]] = {}
    labels_there = {row.label.casefold() for row in table.rows}
    names = {label: label for label in bank.manifest.labels if label in labels_there}
    notes = list(table.notes)
    strange: list[Fault] = []
    for row in table.rows:
        label = aliased_label(row.label, bank.manifest.labels, bank.aliases)
        where = f"{row.place}{f' {row.path}' if row.path else ''}"
        if label is None:
            hint = label_hint(row.label, bank.manifest.labels, bank.aliases)
            message = f"no label {row.label}"
            strange.append(fault(row.place, "unknown-label", message, hint, row.path))
            continue
        first = names.setdefault(label, row.label)
        if first.casefold() != row.label.casefold():
            said = f"{row.label} means {label}, as {first} does; left out"
            notes.append(f"{where}: {said}: write {first} if both are one emotion")
            continue
        emotion = next(one for one in bank.emotions if one.label == label)
        known = {one.casefold(): one for one in (*bank.manifest.intensities, *emotion.styles)}
        name = known.get((row.level or level).casefold())
        if name is None:
            hint = f"it has {', '.join(known.values())}"
            message = f"{label} has no {row.level}"
            strange.append(fault(row.place, "unknown-intensity", message, hint, row.path))
        elif name in found.setdefault(label, {}):
            notes.append(f"{where}: a second point for {label} {name}, left out")
        else:
            written = " ".join(f"{number:g}" for number in row.numbers)
            scale = f"{table.low:g} to {table.high:g}"
            basis = f"{origin}: {row.label} {written}, on {scale}"
            found[label][name] = (table.vad(row), basis)
    labels = tuple(
        LabelPoints(label=label, points=found[label])
        for label in bank.manifest.labels
        if found.get(label)
    )
    return Points(labels=labels, notes=tuple(notes), strange=tuple(strange))


def lint_notes(bank: AuthoredBank, points: Points) -> Mapping[str, tuple[str, ...]]:
    """What lint says of the anchors of each label once its points are moved."""
    moved = {one.label: one for one in points.labels}
    emotions = tuple(
        _moved(one, moved[one.label]) if one.label in moved else one for one in bank.emotions
    )
    tried = evolve(bank, emotions=emotions, documents={})
    faults = [fault for rule in anchors.RULES for fault in rule(tried)]
    return {
        label: tuple(
            f"{fault.message}; {fault.hint} [{fault.code}]"
            for fault in faults
            if fault.place.file == emotion_source(tried, label).file
        )
        for label in moved
    }


def anchors_draft(one: LabelPoints, bank: AuthoredBank, notes: Sequence[str]) -> str:
    """YAML to copy into the file of a label, ``notes`` as comments."""
    intensities = [name for name in bank.manifest.intensities if name in one.points]
    styles = [name for name in one.points if name not in intensities]
    lines = comment_lines(f"A draft of anchors. Copy them over those of {one.label}.")
    for note in notes:
        lines += comment_lines(note)
    if intensities:
        lines.append("anchors:")
        lines += [f"  {name}: {_anchor(*one.points[name])}" for name in intensities]
    if styles:
        lines.append("styles:")
        for name in styles:
            lines += [f"  {name}:", f"    anchor: {_anchor(*one.points[name])}"]
    return "\n".join(lines) + "\n"


def anchors_patch(bank: AuthoredBank, points: Points, folder: Path) -> str:
    """A unified diff of the bank's files with the points moved; canonical form stays canonical.

    Paths are as people in the working folder write them, or, where the bank lies elsewhere, those
    in its folder; "" where every point is there already.
    """
    texts = (_patched(bank, one, folder) for one in points.labels)
    return "".join(texts)


def _patched(bank: AuthoredBank, one: LabelPoints, folder: Path) -> str:
    document = document_named(bank, f"emotions/{one.label}")
    shown = shown_path(document.path)
    text = read_source(document.path, shown=shown, inside=folder.resolve())
    splices: list[tuple[Span, str]] = []
    intensities = bank.manifest.intensities
    for name, (vad, basis) in one.points.items():
        path = ("anchors", name) if name in intensities else ("styles", name, "anchor")
        place: Node | None = at(document.root, (*path, "vad"))
        why: Node | None = at(document.root, (*path, "basis"))
        emotion = next(other for other in bank.emotions if other.label == one.label)
        if place is None or why is None or _point(emotion, name) == vad:
            continue
        splices += [(place.span, _vad(vad)), (why.span, json.dumps(basis, ensure_ascii=False))]
    new = text
    for span, replacement in sorted(splices, key=lambda pair: -pair[0].start):
        old = text[span.start : span.end]
        kept = old[len(old.rstrip()) :]
        new = new[: span.start] + replacement + kept + new[span.end :]
    form = format_json if document.path.suffix == ".json" else format_yaml
    orders = orders_around(document.path, document.root)
    if splices and form(text, shown, orders) == text:
        new = form(new, shown, orders)
    named = Path(shown)
    if named.is_absolute() or ".." in named.parts:  # no patch may name what lies outside
        named = document.path.relative_to(folder)
    return "".join(
        difflib.unified_diff(
            text.splitlines(keepends=True),
            new.splitlines(keepends=True),
            f"a/{named.as_posix()}",
            f"b/{named.as_posix()}",
        )
    )


def _point(emotion: Emotion, name: str) -> Vad:
    style = emotion.styles.get(name)
    return style.anchor.vad if style else emotion.anchors[name].vad


def _moved(emotion: Emotion, one: LabelPoints) -> Emotion:
    own = {name: Anchor(vad=vad, basis=basis) for name, (vad, basis) in one.points.items()}
    return evolve(
        emotion,
        anchors={name: own.get(name, anchor) for name, anchor in emotion.anchors.items()},
        styles={
            name: evolve(style, anchor=own.get(name, style.anchor))
            for name, style in emotion.styles.items()
        },
    )


def _anchor(vad: Vad, basis: str) -> str:
    return f"{{vad: {_vad(vad)}, basis: {json.dumps(basis, ensure_ascii=False)}}}"


def _vad(vad: Vad) -> str:
    return f"[{', '.join(f'{one:g}' for one in vad)}]"
