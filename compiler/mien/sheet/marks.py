"""What lint found, sorted by the face it is about."""

from __future__ import annotations

from collections.abc import Mapping

from mien.authored.bank import AuthoredBank
from mien.sheet.page import Note, Tone
from mien.text.fault import Fault, Severity

_HEADS = ("archetypes", "anchors", "styles")


def marks(bank: AuthoredBank, faults: tuple[Fault, ...]) -> Mapping[tuple[str, str], list[Note]]:
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
