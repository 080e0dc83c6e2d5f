"""The labels file of a folder of takes: what each recording shows (YAML, JSON or CSV)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from attrs import evolve, field, frozen

from mien.authored.documents import parse
from mien.authored.validate import validate
from mien.errors import SourceError
from mien.text.fault import Fault, fault, refusal
from mien.text.files import read_source, shown_path
from mien.text.node import (
    Entry,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    Span,
    key_place,
    path_text,
    plain,
    value_place,
)
from mien.text.suggest import Words, label_hint, nearest
from mien.versions import schema_name
from mien_trainer.speech import Split

SCHEMA = schema_name("takes")
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


def read_labels(
    path: Path, labels: Sequence[str] = (), own: Words | None = None
) -> Mapping[str, TakeLabel]:
    """What the labels file says, by take, in the order of the file.

    ``labels`` are the bank's; without them any name is taken for one. ``own`` are the bank's other
    words for them.

    Raises:
        SourceError: with every fault of the file.
    """
    root = _document(path)
    faults = validate(root, "takes") or list(_meaning(root, labels, own or {}))
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
        return _table(path)
    root, faults = parse(path, shown_path(path), path.parent.resolve())
    if root is None or faults:
        raise SourceError(faults)
    return root


def _meaning(root: Node, labels: Sequence[str], own: Words) -> Iterator[Fault]:
    """What the schema cannot say: a voice and a licence for each take, labels that exist."""
    data = _mapping(root)
    for name, take in cast("dict[str, dict[str, Any]]", data["takes"]).items():
        for key in ("voice", "licence"):
            if key not in take and key not in data:
                take_path = ("takes", name)
                hint = f"give it one, or write {key} for all takes at the top of the file"
                place, path = key_place(root, take_path), path_text(take_path)
                yield fault(place, "missing-key", f"the take has no {key}", hint, path)
        if labels and take["label"] not in labels:
            where = ("takes", name, "label")
            hint = label_hint(str(take["label"]), labels, own)
            place, path = value_place(root, where), path_text(where)
            yield fault(place, "unknown-label", f"no label {take['label']!r}", hint, path)


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


_NUMBERS = {"offset", "rate"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_NOWHERE = Span(start=0, end=0)


def _table(path: Path) -> Node:
    """The document that the rows of a CSV file stand for, each field with its place.

    The header names the keys of a take, ``take`` among them; an empty field is a key left out.
    """
    name = shown_path(path)
    header, *rows = _rows(read_source(path, shown=name, inside=path.parent.resolve()), name)
    names = [cell.source for cell in header]
    start = Place(name, 1, 1)
    if "take" not in names:
        close = nearest("take", names)
        hint = f"found {', '.join(names)}" + (f"; is it {close}?" if close else "")
        raise refusal(start, "column-missing", "there is no column take", hint)
    faults = [
        fault(cell.place, "column-twice", f"a second column {cell.source}")
        for position, cell in enumerate(header)
        if cell.source in names[:position]
    ]
    takes: dict[str, Entry] = {}
    for row in rows:
        if len(row) != len(header):
            message = f"{len(row)} fields, expected {len(header)} as in the header"
            faults.append(fault(row[0].place, "row-length", message))
            continue
        key = row[names.index("take")]
        if first := takes.get(key.source):
            line = first.key.place.line
            message = f"{key.source} is here a second time; the first is in line {line}"
            faults.append(fault(key.place, "repeated-key", message))
        takes.setdefault(key.source, Entry(key=key, value=_take(names, row, key.place)))
    if faults:
        raise SourceError(faults)
    inner = MappingNode(entries=tuple(takes.values()), place=start, span=_NOWHERE)
    entries: dict[str, Node] = {"schema": _text(SCHEMA, start), "takes": inner}
    return MappingNode(
        entries=tuple(Entry(key=_text(key, start), value=one) for key, one in entries.items()),
        place=start,
        span=_NOWHERE,
    )


def _take(names: Sequence[str], row: Sequence[ScalarNode], place: Place) -> MappingNode:
    entries: list[Entry] = []
    for name, cell in zip(names, row, strict=True):
        if name != "take" and cell.source:
            number = name in _NUMBERS and _NUMBER.fullmatch(cell.source)
            value = evolve(cell, value=float(cell.source)) if number else cell
            entries.append(Entry(key=_text(name, cell.place), value=value))
    return MappingNode(entries=tuple(entries), place=place, span=_NOWHERE)


def _rows(text: str, name: str) -> Iterator[list[ScalarNode]]:
    """Every row that is not empty, each field without the spaces around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                columns = _columns(lines[line - 1], len(fields))
                yield [
                    _text(field.strip(), Place(name, line, column))
                    for field, column in zip(fields, columns, strict=True)
                ]
            line = reader.line_num + 1
    except csv.Error as error:
        place = Place(name, reader.line_num, 1)
        raise refusal(place, "bad-csv", f"this is no row of CSV: {error}") from None


def _columns(line: str, fields: int) -> list[int]:
    """Where the fields of a line start; all at 1 where quotes hide it."""
    parts = line.split(",")
    if len(parts) != fields:
        return [1] * fields
    return list(accumulate((len(part) + 1 for part in parts[:-1]), initial=1))


def _text(value: str, place: Place) -> ScalarNode:
    return ScalarNode(value=value, place=place, span=_NOWHERE, source=value)
