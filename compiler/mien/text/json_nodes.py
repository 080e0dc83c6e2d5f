"""JSON text to the same nodes that YAML gives, and where values stand in texts too large for it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import count
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NoReturn, cast

from mien.errors import MienError
from mien.text.core_schema import MAX_DEPTH, MAX_NODES, Entries, NotFiniteError, number
from mien.text.fault import Fault, fault
from mien.text.files import conflict_faults
from mien.text.node import MappingNode, Node, Path, Place, ScalarNode, SequenceNode, Span

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(r"-?[A-Za-z_][A-Za-z0-9_]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


class _StopError(MienError):
    """The document cannot be read any further."""


def parse_json(text: str, file: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """The document in ``text``, and every fault found on the way; see ``parse_yaml``."""
    conflicts = conflict_faults(text, file)
    if conflicts:
        return None, conflicts
    reader = _Reader(text, file)
    try:
        root = reader.document()
    except _StopError:
        root = None
    return root, tuple(reader.faults)


class Offsets:
    """The places of character offsets in a text."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: int) -> Place:
        """The place of one."""
        line = bisect_right(self._lines, offset)
        return Place(self._file, line, offset - self._lines[line - 1] + 1)


class JsonPlaces:
    """Where the values of a JSON text stand, looked up only when asked for.

    A recording has millions of numbers: ``json`` reads them thirty times faster than nodes are
    made, and their places matter only where one is wrong. The text is one that ``json`` reads.
    """

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._place = Offsets(text, file).place
        self._inside: dict[int, dict[str | int, int]] = {}
        self._decode = json.JSONDecoder().raw_decode

    def of(self, path: Path) -> Place:
        """The place of the value at ``path``, or of the nearest value above it that exists."""
        at = _end_of_space(self._text, 0)
        for step in path:
            inside = self._known(at)
            if step not in inside:
                break
            at = inside[step]
        return self._place(at)

    def span(self, path: Path) -> Span | None:
        """Where the text of the value at ``path`` starts and ends; None where there is none."""
        at = self._at(path)
        return None if at is None else Span(start=at, end=self._decode(self._text, at)[1])

    def keys(self, path: Path) -> tuple[str | int, ...]:
        """The keys of the object, or the positions of the list, at ``path``; () for neither."""
        at = self._at(path)
        return () if at is None else tuple(self._known(at))

    def _at(self, path: Path) -> int | None:
        at = _end_of_space(self._text, 0)
        for step in path:
            inside = self._known(at)
            if step not in inside:
                return None
            at = inside[step]
        return at

    def _known(self, at: int) -> dict[str | int, int]:
        if at not in self._inside:
            self._inside[at] = dict(self._parts(at))
        return self._inside[at]

    def _parts(self, at: int) -> Iterator[tuple[str | int, int]]:
        """Each key or position in the object or list at ``at``, and where its value starts."""
        text = self._text
        mapping = text[at] == "{"
        if not mapping and text[at] != "[":
            return
        at = _end_of_space(text, at + 1)
        for position in count():
            if text[at] in "}]":
                return
            key: str | int = position
            if mapping:
                key, colon = cast("tuple[str, int]", scanstring(text, at + 1, True))
                at = _end_of_space(text, _end_of_space(text, colon) + 1)
            yield key, at
            at = _end_of_space(text, self._decode(text, at)[1])
            if text[at] == ",":
                at = _end_of_space(text, at + 1)


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.faults: list[Fault] = []
        self._text = text
        self._place = Offsets(text, file).place
        self._at = 0
        self._count = 0

    def document(self) -> Node:
        self._skip()
        root = self._node(1)
        self._skip()
        if self._at < len(self._text):
            self._stop("json-syntax", "the document ends before this", "remove what follows")
        return root

    def _node(self, depth: int) -> Node:
        self._count_one()
        start = self._at
        first = self._text[start : start + 1]
        if first in ("{", "["):
            if depth > MAX_DEPTH:
                self._stop(
                    "document-too-deep",
                    f"objects and lists nest deeper than {MAX_DEPTH}",
                    "are the brackets right?",
                )
            self._at += 1
            return self._object(start, depth) if first == "{" else self._list(start, depth)
        value = self._string() if first == '"' else self._literal()
        return self._scalar(value, start)

    def _object(self, start: int, depth: int) -> MappingNode:
        entries = Entries(self.faults)
        self._skip()
        while not self._took("}"):
            if entries:
                self._comma("}")
            key_at = self._at
            if self._text[key_at : key_at + 1] != '"':
                self._stop("json-syntax", "expected a key in double quotes", _TRAILING)
            self._count_one()
            key = self._scalar(self._string(), key_at)
            self._skip()
            if not self._took(":"):
                self._stop("json-syntax", "expected a colon after the key", "")
            self._skip()
            value = self._node(depth + 1)
            self._skip()
            entries.add(key, value)
        return MappingNode(entries=entries.all(), place=self._place(start), span=self._span(start))

    def _list(self, start: int, depth: int) -> SequenceNode:
        items: list[Node] = []
        self._skip()
        while not self._took("]"):
            if items:
                self._comma("]")
            items.append(self._node(depth + 1))
            self._skip()
        return SequenceNode(items=tuple(items), place=self._place(start), span=self._span(start))

    def _string(self) -> str:
        start = self._at
        try:
            value, self._at = cast("tuple[str, int]", scanstring(self._text, start + 1, True))
        except json.JSONDecodeError as error:
            self._at = min(error.pos, len(self._text) - 1)
            self._stop("json-syntax", f"not JSON: {error.msg.rstrip(' at').lower()}", "")
        if any("\ud800" <= character <= "\udfff" for character in value):
            self._fault(
                self._place(start), "json-syntax", "the text holds half of a surrogate pair", ""
            )
            return ""
        return value

    def _literal(self) -> int | float | bool | None:
        start = self._at
        word = _WORD.match(self._text, start)
        if word is None:
            return self._number()
        if word[0] in _WORDS:
            self._at = word.end()
            return _WORDS[word[0]]
        if word[0] not in _NOT_FINITE:
            self._stop("json-syntax", f"found {word[0]}; text stands in double quotes", "")
        self._at = word.end()
        message = f"{word[0]} is not a finite number"
        self._fault(self._place(start), "number-not-finite", message, "write an ordinary number")
        return 0.0

    def _number(self) -> int | float:
        start = self._at
        match = _NUMBER.match(self._text, start)
        if match is None:
            self._refuse_end()
            self._stop("json-syntax", f"expected a value, found {self._text[start]}", _TRAILING)
        self._at = match.end()
        try:
            return number(match[0])
        except NotFiniteError as error:
            self._fault(
                self._place(start), "number-not-finite", str(error), "write an ordinary number"
            )
            return 0.0

    def _refuse_end(self) -> None:
        if self._at >= len(self._text):
            self._at = max(0, len(self._text.rstrip()) - 1)
            self._stop("json-syntax", "the file ends too early", "is a bracket left open?")

    def _comma(self, closing: str) -> None:
        if not self._took(","):
            self._refuse_end()
            self._stop("json-syntax", f"expected a comma or {closing}", "")
        self._skip()

    def _took(self, character: str) -> bool:
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _skip(self) -> None:
        self._at = _end_of_space(self._text, self._at)

    def _scalar(self, value: str | int | float | bool | None, start: int) -> ScalarNode:
        return ScalarNode(
            value=value,
            place=self._place(start),
            span=self._span(start),
            source=self._text[start : self._at],
        )

    def _span(self, start: int) -> Span:
        return Span(start=start, end=self._at)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self._stop(
                "document-too-large",
                f"the document has more than {MAX_NODES} keys and values",
                "a source is hand-written text; split it or remove what does not belong",
            )

    def _fault(self, place: Place, code: str, message: str, hint: str) -> None:
        self.faults.append(fault(place, code, message, hint))

    def _stop(self, code: str, message: str, hint: str) -> NoReturn:
        self._fault(self._place(self._at), code, message, hint)
        raise _StopError


_TRAILING = "JSON allows no comment and no comma before a closing bracket"
