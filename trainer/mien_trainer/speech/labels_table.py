"""A CSV file of labels as the same document that a YAML file would give, with its places."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.files import read_source, shown_path
from mien.text.node import Entry, MappingNode, Node, ScalarNode, Span
from mien.text.place import Place

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
