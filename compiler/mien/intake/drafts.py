"""Faces of other projects as drafts of archetypes: a label each, over all intensities."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.formats.archetype_draft import draft_of, lint_notes
from mien.intake.face_table import FaceTable, NamedFace
from mien.intake.levels import spread
from mien.text.suggest import aliased_label, meant_label

_FILE = re.compile(r"[^a-z0-9_-]+")


@frozen(kw_only=True)
class Draft:
    """The draft of one emotion: the name of its file without an ending, its text, and notes.

    ``label`` is the bank's, "" where the bank has none for it; ``names`` are what the other project
    calls it. ``faults`` is how much lint says of it; the text has it as comments.
    """

    name: str
    label: str
    names: tuple[str, ...]
    text: str
    notes: tuple[str, ...]
    faults: int


def drafts(
    bank: AuthoredBank, table: FaceTable, origin: str, ratios: Sequence[float]
) -> tuple[Draft, ...]:
    """A draft for each emotion of a table, in its order; ``origin`` is what its file is called.

    Names go by the bank's labels and by other words for them. Where two names mean one label, the
    first is the label's, and the other one is drafted under its own name.
    """
    found: list[Draft] = []
    for names, label, faces, notes in _gathered(bank, table.faces):
        title = label or names[0] or "face"
        spread_out = spread(label, faces, bank.manifest.intensities, ratios)
        called = f" ({names[0]})" if names[0] else ""
        faults = lint_notes(bank, spread_out, label)
        said = (*notes, *_ratio_notes(bank, faces, ratios), *faults)
        text = draft_of(bank, spread_out, f"{origin}{called}", label, said)
        name = _FILE.sub("-", title.lower()).strip("-") or "face"
        if any(one.name == name for one in found):
            name = f"{name}-{len(found)}"
        one = Draft(name=name, label=label, names=names, text=text, notes=notes, faults=len(faults))
        found.append(one)
    return tuple(found)


_Gathered = tuple[tuple[str, ...], str, Mapping[str, Mapping[str, float]], tuple[str, ...]]


def _gathered(bank: AuthoredBank, faces: Sequence[NamedFace]) -> Iterator[_Gathered]:
    """Names, the bank's label, faces by intensity and notes, an emotion each."""
    labels = bank.manifest.labels
    by_name: dict[str, list[NamedFace]] = {}
    for face in (_parted(bank, one) for one in faces):
        by_name.setdefault(face.label, []).append(face)
    taken: dict[str, str] = {}
    exact = {name: name for name in by_name if name in labels}
    for name, own in by_name.items():
        label = (aliased_label(name, labels, bank.aliases) or "") if name else ""
        notes: list[str] = []
        if label and (taken.get(label) or (label in exact and name != label)):
            notes.append(
                f"{name} means {label}, as {taken.get(label, label)} does, which is its draft"
            )
            label = ""
        elif label:
            taken[label] = name
            if name != label:
                notes.append(f"{name} is {label} here")
        elif name:
            close = meant_label(name, labels, bank.aliases)
            notes.append(f"no label {name}" + (f": did you mean {close}?" if close else ""))
        levels: dict[str, Mapping[str, float]] = {}
        for face in own:
            level = _level(bank, face.level)
            if level in levels:
                notes.append(f"a second face at {face.place}, left out")
            elif face.level and face.level in _styles(bank, label):
                notes.append(f"{face.level} is a style of {label}, no intensity, left out")
            elif face.level and not level:
                wanted = ", ".join(bank.manifest.intensities)
                notes.append(f"{face.level} is no intensity ({wanted}), left out")
            else:
                levels[level] = face.weights
        if levels:
            yield (name,), label, levels, tuple(notes)


def _parted(bank: AuthoredBank, face: NamedFace) -> NamedFace:
    """The face with ``joy_low`` taken apart, where that is a label and its intensity or style."""
    name, _, level = face.label.rpartition("_")
    labels = bank.manifest.labels
    if face.level or not name or aliased_label(face.label, labels, bank.aliases):
        return face
    label = aliased_label(name, labels, bank.aliases) or ""
    if label and (_level(bank, level) or level in _styles(bank, label)):
        return evolve(face, label=name, level=level)
    return face


def _styles(bank: AuthoredBank, label: str) -> Collection[str]:
    return next((one.styles for one in bank.emotions if one.label == label), ())


def _level(bank: AuthoredBank, name: str) -> str:
    folded = {one.casefold(): one for one in bank.manifest.intensities}
    return folded.get(name.casefold(), "")


def _ratio_notes(
    bank: AuthoredBank, faces: Mapping[str, object], ratios: Sequence[float]
) -> Iterator[str]:
    scaled = [
        f"{intensity} {ratio:g}"
        for intensity, ratio in zip(bank.manifest.intensities, ratios, strict=True)
        if intensity not in faces
    ]
    if scaled:
        yield f"One face, scaled by stated ratios: {', '.join(scaled)}."
