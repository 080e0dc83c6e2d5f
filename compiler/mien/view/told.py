"""What the page is told, as JSON data."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mien
from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named
from mien.authored.emotion import Emotion
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.view.look import Look

_LONGEST_LINE = 400
_MOST_FAULTS = 100

Data = dict[str, Any]


def state_data(look: Look) -> Data:
    """The whole state but for the artifact, which the page fetches by its digest."""
    bank = look.bank
    return {
        "revision": look.revision,
        "folder": shown_path(look.folder),
        "artifact": look.digest,
        "fresh": look.fresh,
        "faults": faults_data(look.faults),
        "title": bank.manifest.title if bank else "",
        "labels": {one.label: _label_data(bank, one) for one in bank.emotions} if bank else {},
        "shorthands": _shorthands(bank) if bank else {},
    }


def faults_data(faults: Iterable[Fault]) -> list[Data]:
    """Faults with the source line of each, read again for show; not more than a hundred."""
    files: dict[str, list[str]] = {}
    return [_fault_data(fault, files) for fault in list(faults)[:_MOST_FAULTS]]


def read_only(path: Path) -> str:
    """Why the file is not written to, or an empty text where it may be."""
    if path.resolve().is_relative_to(Path(mien.__file__).resolve().parent):
        return "this bank ships with mien; `mien init` makes a copy of your own"
    return "" if os.access(path, os.W_OK) else "its permissions do not allow it"


def _shorthands(bank: AuthoredBank) -> dict[str, list[str]]:
    return {name: list(members) for name, members in bank.rig.shorthands.items()}


def _label_data(bank: AuthoredBank, emotion: Emotion) -> Data:
    document = document_named(bank, f"emotions/{emotion.label}")
    return {
        "title": emotion.title,
        "description": emotion.description.strip(),
        "units": ", ".join(str(unit) for unit in emotion.action_units.core),
        "head": emotion.head,
        "gaze": emotion.gaze,
        "asymmetry": emotion.asymmetry,
        "timing": emotion.timing,
        "styles": {name: style.description.strip() for name, style in emotion.styles.items()},
        "file": shown_path(document.path),
        "readOnly": read_only(document.path),
    }


def _fault_data(fault: Fault, files: dict[str, list[str]]) -> Data:
    place = fault.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": fault.path,
        "code": fault.code,
        "message": fault.message,
        "hint": fault.hint,
        "severity": fault.severity.value,
        "source": _source_line(place.file, place.line, files),
    }


def _source_line(file: str, line: int, files: dict[str, list[str]]) -> str:
    if line == 0:
        return ""
    if file not in files:
        try:
            text = Path(file).read_bytes().decode("utf-8-sig", errors="replace")
        except OSError:
            text = ""
        files[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = files[file]
    return lines[line - 1][:_LONGEST_LINE] if line <= len(lines) else ""
