"""The labels file of a folder of takes: what each recording shows (YAML, JSON or CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from mien.authored.documents import parse
from mien.authored.validate import validate
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.files import read_source, shown_path
from mien.text.node import Entry, MappingNode, Node, ScalarNode, Span, plain
from mien.text.place import Place
from mien.text.suggest import label_hint
from mien.text.where import key_place, path_text, value_place
from mien_trainer.speech import Split

SCHEMA = "mien/takes/1"
STEM = "labels"
"""The file is called ``labels.yaml``, ``labels.yml``, ``labels.json`` or ``labels.csv``."""

_SUFFIXES = (".yaml", ".yml", ".json", ".csv")


@frozen(kw_only=True)
class TakeLabel:
    """What is said of one take.

    ``split`` is None where it was left to us. ``offset`` is where the sound begins on the clock of
    the curves, in seconds. ``rate`` is the curves' frames a second where their timecode does not
    tell it; else None. ``place`` is where the take stands in the labels file.
    """

    label: str
    voice: str
    licence: str
    place: Place
    intensity: str | None = field(default=None)
    text: str = field(default="")
    split: Split | None = field(default=None)
    offset: float = field(default=0.0)
    rate: float | None = field(default=None)


def find_labels(folder: Path) -> Path | None:
    """The labels file of ``folder``; the first of its possible names that is there."""
    paths = (folder / (STEM + suffix) for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def read_labels(path: Path, known: Sequence[str] = ()) -> Mapping[str, TakeLabel]:
    """What the labels file says, by take, in the order of the file.

    ``known`` are the labels of the bank; without them any name is taken for one.

    Raises:
        SourceError: with every fault of the file.
    """
    root = _document(path)
    faults = validate(root, "takes") or list(_meaning(root, known))
    if faults:
        raise SourceError(faults)
    data = _mapping(root)
    shared: dict[str, Any] = {key: data[key] for key in ("voice", "licence") if key in data}
    takes = cast("dict[str, dict[str, Any]]", data["takes"])
    return {
        name: _record({**shared, **take}, key_place(root, ("takes", name)))
        for name, take in takes.items()
    }


def _document(path: Path) -> Node:
    if path.suffix == ".csv":
        return parse_labels_csv(path, SCHEMA)
    root, faults = parse(path, shown_path(path), path.parent.resolve())
    if root is None or faults:
        raise SourceError(faults)
    return root


def _meaning(root: Node, known: Sequence[str]) -> Iterator[Fault]:
    """What the schema cannot say: a voice and a licence for each take, labels that exist."""
    data = _mapping(root)
    for name, take in cast("dict[str, dict[str, Any]]", data["takes"]).items():
        for key in ("voice", "licence"):
            if key not in take and key not in data:
                yield Fault(
                    place=key_place(root, ("takes", name)),
                    path=path_text(("takes", name)),
                    code="missing-key",
                    message=f"the take has no {key}",
                    hint=f"give it one, or write {key} for all takes at the top of the file",
                )
        if known and take["label"] not in known:
            where = ("takes", name, "label")
            yield Fault(
                place=value_place(root, where),
                path=path_text(where),
                code="unknown-label",
                message=f"no label {take['label']!r}",
                hint=label_hint(str(take["label"]), known),
            )


def _mapping(root: Node) -> dict[str, Any]:
    return cast("dict[str, Any]", plain(root))


def _record(take: Mapping[str, Any], place: Place) -> TakeLabel:
    split, rate = take.get("split"), take.get("rate")
    return TakeLabel(
        label=str(take["label"]),
        voice=str(take["voice"]),
        licence=str(take["licence"]),
        place=place,
        intensity=take.get("intensity"),
        text=str(take.get("text", "")),
        split=None if split is None else Split(split),
        offset=float(take.get("offset", 0.0)),
        rate=None if rate is None else float(rate),
    )


_NUMBERS = ("offset", "rate")
_NOWHERE = Span(start=0, end=0)


def parse_labels_csv(path: Path, schema: str) -> Node:
    """The document of ``schema`` that the rows of ``path`` stand for.

    The header names the keys of a take, ``take`` among them; an empty field is a key left out.

    Raises:
        SourceError: the file cannot be read, has no column ``take``, names a take twice, or has a
            row of another length.
    """
    name = shown_path(path)
    text = read_source(path, shown=name, inside=path.parent.resolve())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = list(_rows(text, lines, name))
    header = [cell.source.strip() for cell in rows[0]]
    if "take" not in header:
        raise SourceError([_fault(Place(name, 1, 1), "column-missing", "there is no column take")])
    key = header.index("take")
    faults: list[Fault] = []
    takes: dict[str, Entry] = {}
    for row in rows[1:]:
        if len(row) != len(header):
            message = f"{len(row)} fields, expected {len(header)} as in the header"
            faults.append(_fault(row[0].place, "row-length", message))
            continue
        entry = _take(row, header, key)
        if entry.name in takes:
            first = takes[entry.name].key.place
            message = f"{entry.name} is here a second time; the first is in line {first.line}"
            faults.append(_fault(row[key].place, "repeated-key", message))
        takes.setdefault(entry.name, entry)
    if faults:
        raise SourceError(faults)
    start = Place(name, 1, 1)
    inner = MappingNode(entries=tuple(takes.values()), place=start, span=_NOWHERE)
    return MappingNode(
        entries=(
            Entry(key=_text("schema", start), value=_text(schema, start)),
            Entry(key=_text("takes", start), value=inner),
        ),
        place=start,
        span=_NOWHERE,
    )


def _take(row: Sequence[ScalarNode], header: Sequence[str], key: int) -> Entry:
    entries = tuple(
        Entry(key=_text(name, cell.place), value=_value(name, cell))
        for name, cell in zip(header, row, strict=True)
        if name != "take" and cell.source.strip()
    )
    value = MappingNode(entries=entries, place=row[key].place, span=_NOWHERE)
    return Entry(key=_text(row[key].source.strip(), row[key].place), value=value)


def _value(name: str, cell: ScalarNode) -> ScalarNode:
    if name in _NUMBERS:
        try:
            number = float(cell.source)
        except ValueError:
            return cell
        return ScalarNode(value=number, place=cell.place, span=_NOWHERE, source=cell.source)
    return _text(cell.source.strip(), cell.place)


def _rows(text: str, lines: Sequence[str], name: str) -> Iterator[list[ScalarNode]]:
    """Every row that is not empty, each field with its place."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for fields in reader:
            line, before = before + 1, reader.line_num
            if any(field.strip() for field in fields):
                columns = _columns(lines[line - 1], len(fields))
                yield [
                    _text(value, Place(name, line, column))
                    for value, column in zip(fields, columns, strict=True)
                ]
    except csv.Error as error:
        place = Place(name, reader.line_num, 1)
        raise SourceError([_fault(place, "bad-csv", f"this is no row of CSV: {error}")]) from None


def _columns(line: str, fields: int) -> list[int]:
    """Where the fields of a line start; all at 1 where quotes hide it."""
    parts = line.split(",")
    if len(parts) != fields:
        return [1] * fields
    starts: list[int] = []
    start = 1
    for part in parts:
        starts.append(start)
        start += len(part) + 1
    return starts


def _text(value: str, place: Place) -> ScalarNode:
    return ScalarNode(value=value, place=place, span=_NOWHERE, source=value)


def _fault(place: Place, code: str, message: str) -> Fault:
    return Fault(place=place, path="", code=code, message=message)
