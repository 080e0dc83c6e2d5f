"""A bank to its sheet: one row a label, with what lint says of each face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.lint import lint
from mien.sheet.faces import NamedFace, largest_movements, named_faces, nearest_label
from mien.sheet.filmstrips import filmstrips
from mien.sheet.page import Cell, Note, Page, Row, Tone
from mien.text.fault import Fault, Severity, counted

NEAR = 1.5
"""Labels nearer than this many times the bank's separation budget are pointed out."""


def overview(bank: AuthoredBank, *, in_time: bool = True) -> Page:
    """Every archetype and style of ``bank``, with distances and what lint says.

    Where its labels have a shape ``in_time``, filmstrips follow.

    Raises:
        SourceError: the bank cannot be compiled.
    """
    faults = lint(bank)
    notes = faults_by_face(bank, faults)
    faces = named_faces(bank)
    return Page(
        title=f"{bank.manifest.title} {bank.manifest.version}",
        summary=(" ".join(bank.manifest.description.split()), _counts(bank, faces, faults)),
        rows=(
            *(_row(bank, emotion, faces, notes) for emotion in bank.emotions),
            *(filmstrips(bank) if in_time else ()),
        ),
        notes=tuple(notes.get(("", ""), ())),
        aliases=bank.rig.aliases,
    )


def _counts(bank: AuthoredBank, faces: Sequence[NamedFace], faults: Sequence[Fault]) -> str:
    styles = sum(face.style for face in faces)
    found = counted(len(faults), "lint mark") if faults else "No face breaks a rule of lint"
    return (
        f"{counted(len(bank.emotions), 'label')}, {counted(len(faces) - styles, 'archetype')}, "
        f"{counted(styles, 'style')}. "
        f"Labels at equal intensity must differ by {bank.manifest.budgets.separation:g} "
        f"(mean over {counted(len(bank.rig.channels), 'channel')}); "
        "under each face stands how far it is from the most similar other label, in orange below "
        f"{NEAR * bank.manifest.budgets.separation:.3g}. {found}."
    )


def _row(
    bank: AuthoredBank,
    emotion: Emotion,
    faces: Sequence[NamedFace],
    notes: Mapping[tuple[str, str], list[Note]],
) -> Row:
    return Row(
        title=emotion.title,
        description=" ".join(emotion.description.split()),
        cells=tuple(
            _cell(bank, face, faces, notes.get((emotion.label, face.name), []))
            for face in faces
            if face.label == emotion.label
        ),
        notes=tuple(notes.get((emotion.label, ""), ())),
    )


def _cell(
    bank: AuthoredBank, face: NamedFace, faces: Sequence[NamedFace], marked: Sequence[Note]
) -> Cell:
    shown = largest_movements(bank.rig, face.weights)
    notes = [Note(text=f"{name} {weight:.2f}") for name, weight in shown]
    nearest = nearest_label(face, faces, len(bank.rig.channels))
    if nearest is not None:
        near = nearest.distance < NEAR * bank.manifest.budgets.separation
        notes.append(
            Note(
                text=f"{nearest.distance:.3f} from {nearest.label}",
                tone=Tone.NEAR if near else Tone.PLAIN,
                detail="the label that looks most like this one at the same intensity",
            )
        )
    valence, arousal, dominance = face.vad
    return Cell(
        name=face.name,
        weights=face.weights,
        notes=(*notes, *marked),
        detail=f"V {valence:+.2f} A {arousal:+.2f} D {dominance:+.2f}",
    )


_HEADS = ("archetypes", "anchors", "styles")


def faults_by_face(
    bank: AuthoredBank, faults: tuple[Fault, ...]
) -> Mapping[tuple[str, str], list[Note]]:
    """Notes by (label, intensity or style).

    The face is empty for what a label's file gets wrong elsewhere, and both are empty for what is
    wrong outside the emotion files.
    """
    files = {
        document.root.place.file: name.removeprefix("emotions/").rpartition(".")[0]
        for name, document in bank.documents.items()
        if name.startswith("emotions/")
    }
    sorted_notes: dict[tuple[str, str], list[Note]] = {}
    for fault in faults:
        label = files.get(fault.place.file, "")
        head, _, rest = fault.path.partition(".")
        face = rest.partition(".")[0] if label and head in _HEADS else ""
        sorted_notes.setdefault((label, face), []).append(_note(fault))
    return sorted_notes


def _note(fault: Fault) -> Note:
    tone = Tone.ERROR if fault.severity is Severity.ERROR else Tone.WARNING
    return Note(text=fault.code, tone=tone, detail=f"{fault.place}: {fault.message}")
