"""A team's own points of valence, arousal and dominance: a row a label and level, on any scale.

A table is CSV with named columns, or JSON or YAML: points by label, or by label and level, or a
list of records. The scale is told by whoever reads it, or certain by the numbers, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from mien.authored.documents import parse
from mien.authored.emotion import Vad
from mien.errors import SourceError
from mien.formats.text_file import csv_rows, read_text
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault, refusal
from mien.text.files import SUFFIXES, shown_path
from mien.text.node import MappingNode, Node, Place, ScalarNode, SequenceNode, path_text
from mien.text.node import Path as NodePath
from mien.text.node import number as node_number
from mien.text.suggest import nearest

LABELS = ("label", "emotion", "mood", "word", "term", "name")
LEVELS = ("level", "intensity", "at", "strength", "style")
AXES: Mapping[str, tuple[str, ...]] = {
    "valence": ("v", "valence", "pleasure", "pleasantness", "p"),
    "arousal": ("a", "arousal", "activation"),
    "dominance": ("d", "dominance", "power", "control", "potency"),
}
_POINTS = ("vad", "pad", "point", "anchor")
_INNER = ("anchors", "labels", "emotions", "points", "table", "rows")
_SIGNED, _SAM = (-1.0, 1.0), (1.0, 9.0)
_SEPARATORS = (",", ";", "\t")
_DIGITS = 4

Numbers = tuple[float, float, float]


@frozen(kw_only=True)
class VadRow:
    """A point as written, in the order valence, arousal, dominance."""

    label: str
    level: str
    numbers: Numbers
    place: Place
    path: str = field(default="")


@frozen(kw_only=True)
class VadTable:
    """Points on the scale from ``low`` to ``high``; ``notes`` say what was taken for granted."""

    rows: tuple[VadRow, ...]
    low: float
    high: float
    notes: tuple[str, ...]

    def vad(self, row: VadRow) -> Vad:
        """The point of a row in [-1, 1]."""
        span = self.high - self.low
        v, a, d = (2.0 * (one - self.low) / span - 1.0 for one in row.numbers)
        return round(v, _DIGITS) + 0.0, round(a, _DIGITS) + 0.0, round(d, _DIGITS) + 0.0


def read_anchors(path: Path, scale: tuple[float, float] | None = None) -> VadTable:
    """The points in a CSV, JSON or YAML file; ``scale`` is its lowest and highest number.

    Raises:
        SourceError: with every fault of the file; or the scale is not certain and was not told.
    """
    notes: list[str] = []
    faults: list[Fault] = []
    if path.suffix.lower() in SUFFIXES:
        root, wrong = parse(path, shown_path(path), path.resolve().parent)
        if root is None or wrong:
            raise SourceError(wrong)
        rows = [*_walk(root, "", "", (), faults)]
    else:
        rows = [*_lines(path, faults, notes)]
    if not rows and not faults:
        message = "there is no point of valence, arousal and dominance in it"
        hint = "expected columns label, level, valence, arousal, dominance"
        faults.append(fault(shown_path(path), "no-rows", message, hint))
    if faults:
        raise SourceError(faults)
    low, high = _scale(path, rows, scale, notes)
    for row in rows:
        for axis, number in zip(AXES, row.numbers, strict=True):
            if not low <= number <= high and len(faults) < MAX_FAULTS:
                message = f"{axis} is {number:g}, expected {low:g} to {high:g}"
                faults.append(fault(row.place, "no-point", message, "", row.path))
    if faults:
        raise SourceError(faults)
    return VadTable(rows=tuple(rows), low=low, high=high, notes=tuple(notes))


def _scale(
    path: Path, rows: Sequence[VadRow], told: tuple[float, float] | None, notes: list[str]
) -> tuple[float, float]:
    if told is not None:
        return told
    numbers = [number for row in rows for number in row.numbers]
    least, most = min(numbers), max(numbers)
    if least < 0.0 and least >= -1.0 and most <= 1.0:
        notes.append("read as -1 to 1: numbers lie below 0, and none beyond 1")
        return _SIGNED
    if least >= 1.0 and 7.0 < most <= 9.0:
        notes.append("read as 1 to 9: numbers go from 1 up, and beyond 7")
        return _SAM
    message = f"numbers lie from {least:g} to {most:g}: that does not tell their scale"
    hint = "say its lowest and highest number: --scale -1 1, --scale 0 1, --scale 1 9"
    raise refusal(shown_path(path), "no-scale", message, hint)


def _lines(path: Path, faults: list[Fault], notes: list[str]) -> Iterator[VadRow]:
    name = shown_path(path)
    lines = read_text(path).split("\n")
    mark = max(_SEPARATORS, key=lines[0].count)
    header, *rows = csv_rows("\n".join(lines), path, mark)
    columns = [one.strip().casefold() for one in header]
    label = _column(columns, LABELS)
    axes = [_column(columns, names) for names in AXES.values()]
    missing = [axis for axis, at in zip(AXES, axes, strict=True) if at is None]
    missing += ["label"] if label is None else []
    for one in missing:
        wanted = (*LABELS,) if one == "label" else AXES[one]
        close = nearest(one, [text for text in columns if text])
        hint = f"is it {close}? " if close else ""
        hint += f"call it {' or '.join(wanted[:3])}"
        faults.append(fault(Place(name, 1, 1), "column-missing", f"there is no column {one}", hint))
    if missing or label is None:
        return
    level = _column(columns, LEVELS)
    commas = False
    for number, fields in enumerate(rows, start=2):
        if not any(fields):
            continue
        if len(fields) != len(header):
            message = f"{len(fields)} fields, expected {len(header)} as in the header"
            hint = "is a comma the decimal sign here? write 0.5 for 0,5" if mark == "," else ""
            faults.append(fault(Place(name, number, 1), "row-length", message, hint))
            continue
        found: list[float] = []
        for axis, at in zip(AXES, axes, strict=True):
            text = fields[at or 0].strip()
            column = 1 + sum(len(one) + 1 for one in fields[: at or 0])
            if mark != "," and text.count(",") == 1:
                commas, text = True, text.replace(",", ".")
            found.append(_number(text, axis, Place(name, number, column), faults))
        if len(faults) >= MAX_FAULTS:
            return
        v, a, d = found
        yield VadRow(
            label=fields[label].strip(),
            level="" if level is None else fields[level].strip(),
            numbers=(v, a, d),
            place=Place(name, number, 1),
        )
    if commas:
        notes.append("commas were read as decimal signs: fields are parted by another one")


def _column(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(one) for one in names if one in columns), None)


def _number(text: str, axis: str, place: Place, faults: list[Fault]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    hint = "write 0.5 for 0,5" if "," in text else ""
    found = repr(text) if text else "nothing"
    faults.append(fault(place, "no-number", f"{axis} is {found}, expected a number", hint))
    return 0.0


def _walk(
    node: Node, label: str, level: str, path: NodePath, faults: list[Fault]
) -> Iterator[VadRow]:
    """The points at and below a node."""
    if isinstance(node, SequenceNode):
        numbers = [node_number(one) for one in node.items]
        if label and len(numbers) == len(AXES) and None not in numbers:
            v, a, d = (one or 0.0 for one in numbers)
            row = VadRow(label=label, level=level, numbers=(v, a, d), place=node.place)
            yield evolve(row, path=path_text(path))
            return
        if label and node.items and any(one is not None for one in numbers):
            message = f"{len(numbers)} numbers, expected valence, arousal and dominance"
            faults.append(fault(node.place, "no-point", message, "", path_text(path)))
            return
        for at, one in enumerate(node.items):
            yield from _walk(one, label, level, (*path, at), faults)
    elif isinstance(node, MappingNode):
        own = {entry.name.casefold(): entry for entry in node.entries}
        label = _text(own.get(_first(own, LABELS))) or label
        level = _text(own.get(_first(own, LEVELS))) or level
        axes = [own.get(_first(own, names)) for names in AXES.values()]
        values = [None if one is None else node_number(one.value) for one in axes]
        if None not in values:
            v, a, d = (one or 0.0 for one in values)
            row = VadRow(label=label, level=level, numbers=(v, a, d), place=node.place)
            yield evolve(row, path=path_text(path))
            return
        if any(value is not None for value in values):
            lost = [axis for axis, value in zip(AXES, values, strict=True) if value is None]
            message = f"there is no {' and no '.join(lost)}"
            faults.append(fault(node.place, "no-point", message, "", path_text(path)))
            return
        for entry in node.entries:
            key, below = entry.name, (*path, entry.name)
            if key.casefold() in (*_POINTS, *_INNER):
                yield from _walk(entry.value, label, level, below, faults)
            elif not isinstance(entry.value, ScalarNode):
                named = (key, level) if not label else (label, key)
                yield from _walk(entry.value, *named, below, faults)


def _first(own: Mapping[str, object], names: Sequence[str]) -> str:
    return next((name for name in names if name in own), "")


def _text(entry: object) -> str:
    value = getattr(getattr(entry, "value", None), "value", None)
    return value if isinstance(value, str) else ""
