"""YAML text to nodes: the core schema of YAML 1.2, without anchors, aliases, tags or merging."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol, cast

import yaml
from attrs import evolve
from yaml import YAMLError, events

from mien.errors import MienError, SourceError
from mien.text.core_schema import MAX_DEPTH, MAX_NODES, Entries, NotFiniteError, resolve
from mien.text.fault import Fault, fault
from mien.text.files import conflict_faults, place_of_offset
from mien.text.node import MappingNode, Node, Place, ScalarNode, SequenceNode, Span
from mien.text.slips import (
    Slip,
    holds_no_break_space,
    name_and_value,
    no_break_spaces,
    number_hint,
    slips_near,
)

_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]{1,9},[0-9]{1,9}")
_BARE_INTEGER = re.compile(r"0\Z|[1-9][0-9]*\Z")


class _Mark(Protocol):
    line: int
    column: int
    index: int


class _Parser(Protocol):
    def get_event(self) -> events.Event: ...


class _StopError(MienError):
    """The document cannot be read any further."""


def parse_yaml(text: str, file: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """The document in ``text``, and every fault found on the way.

    The node is None where nothing can be read. Otherwise it may stand in for what was refused (an
    alias is read as null, the first of two equal keys counts), so that one run finds all faults; it
    must not be used when there are faults. A plain whole number is allowed as a key (action units
    have such names) and is read as its text.
    """
    conflicts = conflict_faults(text, file)
    return (None, conflicts) if conflicts else _Reader(text, file).document()


_EventParser = cast(
    "Callable[[str], _Parser]",
    getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # libyaml, or the same events ten times slower
)


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._faults: list[Fault] = []
        self._count = 0

    def document(self) -> tuple[Node | None, tuple[Fault, ...]]:
        root: Node | None = None
        try:
            self._next = _EventParser(self._text).get_event
            root = self._only_document()
        except _StopError:
            root = None
        except YAMLError as error:
            root = None
            self._syntax(error)
        return root, tuple(self._faults)

    def _only_document(self) -> Node | None:
        self._next()
        start = self._next()
        if isinstance(start, events.StreamEndEvent):
            message = "the file holds nothing but comments"
            self._fault(Place(self._file), "file-empty", message, "write it, or delete it")
            raise _StopError
        self._directives(cast("events.DocumentStartEvent", start))
        root = self._node(self._next(), 1)
        self._next()
        after = self._next()
        if not isinstance(after, events.StreamEndEvent):
            message = "a second document starts here; a file holds one"
            hint = "remove the line `---`, or move the second document to a file of its own"
            self._fault(self._place(after.start_mark), "yaml-documents", message, hint)
        return root

    def _directives(self, start: events.DocumentStartEvent) -> None:
        version = start.version
        if version is not None and version != (1, 2):
            message = f"found YAML {version[0]}.{version[1]}; sources are YAML 1.2"
            hint = "remove the line that starts with %YAML"
            self._fault(self._place(start.start_mark), "yaml-version", message, hint)
        if start.tags:
            message = "tags are not used here"
            hint = "remove the line that starts with %TAG"
            self._fault(self._place(start.start_mark), "yaml-tag", message, hint)

    def _node(self, event: events.Event, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            message = f"the document has more than {MAX_NODES} keys and values"
            hint = "a source is hand-written text; split it or remove what does not belong"
            self._fault(self._place(event.start_mark), "document-too-large", message, hint)
            raise _StopError
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.AliasEvent):
            return self._alias(event)
        if depth > MAX_DEPTH:
            message = f"mappings and lists nest deeper than {MAX_DEPTH}"
            hint = "is the indentation right?"
            self._fault(self._place(event.start_mark), "document-too-deep", message, hint)
            raise _StopError
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(cast("events.SequenceStartEvent", event), depth)

    def _scalar(self, event: events.ScalarEvent) -> ScalarNode:
        mark = cast("_Mark", event.start_mark)
        place = Place(self._file, mark.line + 1, mark.column + 1)
        start, end = mark.index, cast("_Mark", event.end_mark).index
        if event.anchor is not None or event.tag is not None:
            self._decorations(event, place)
        value: str | int | float | bool | None = event.value
        # An unquoted scalar has no style; one that a tag forced is text here.
        if not event.style and event.tag is None:
            try:
                value = resolve(event.value)
            except NotFiniteError as error:
                self._fault(place, "number-not-finite", str(error), "write an ordinary number")
                value = 0.0
        return ScalarNode(
            value=value, place=place, span=Span(start=start, end=end), source=self._text[start:end]
        )

    def _alias(self, event: events.AliasEvent) -> ScalarNode:
        place = self._place(event.start_mark)
        message = f"the alias *{event.anchor} is not allowed"
        hint = "write the value out, so that a reader sees it where it counts"
        self._fault(place, "yaml-alias", message, hint)
        return ScalarNode(value=None, place=place, span=self._span(event, event), source="")

    def _sequence(self, start: events.SequenceStartEvent, depth: int) -> SequenceNode:
        place = self._place(start.start_mark)
        if start.anchor is not None or start.tag is not None:
            self._decorations(start, place)
        items: list[Node] = []
        event = self._next()
        while not isinstance(event, events.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            event = self._next()
        return SequenceNode(items=tuple(items), place=place, span=self._span(start, event))

    def _mapping(self, start: events.MappingStartEvent, depth: int) -> MappingNode:
        place = self._place(start.start_mark)
        if start.anchor is not None or start.tag is not None:
            self._decorations(start, place)
        pairs: list[tuple[ScalarNode, Node]] = []
        event = self._next()
        while not isinstance(event, events.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(self._next(), depth + 1)
            event = self._next()
            if key is not None and not self._took_slip(key, value, pairs):
                pairs.append((key, value))
        entries = Entries(self._faults)
        for key, value in pairs:
            entries.add(key, value)
        return MappingNode(entries=entries.all(), place=place, span=self._span(start, event))

    def _took_slip(
        self, key: ScalarNode, value: Node, pairs: list[tuple[ScalarNode, Node]]
    ) -> bool:
        """Whether a key without a value is half of a number, or a name and its value in one.

        What was meant is put among the pairs in its stead, so that nothing more is said of it.
        """
        if not isinstance(value, ScalarNode) or value.source or value.value is not None:
            return False
        name = str(key.value)
        meant = name_and_value(name)
        if meant is not None:
            do = f"write `{meant[0]}: {meant[1]}`"
            self._fault(key.place, "yaml-syntax", f"{name} is read as a name alone", do)
            pairs.append((evolve(key, value=meant[0]), evolve(value, value=resolve(meant[1]))))
            return True
        if pairs and isinstance(whole := pairs[-1][1], ScalarNode):
            number = self._text[whole.span.start : key.span.end]
            if _DECIMAL_COMMA.fullmatch(number):
                message = f"{number} is read as two values"
                self._fault(whole.place, "yaml-syntax", message, number_hint(number))
                pairs[-1] = (pairs[-1][0], evolve(whole, value=float(number.replace(",", "."))))
                return True
        return False

    def _key(self, event: events.Event, depth: int) -> ScalarNode | None:
        """The key as a text scalar, or None with a fault noted."""
        node = self._node(event, depth + 1)
        if not isinstance(node, ScalarNode):
            self._fault(
                node.place, "key-not-text", "a key must be text, not a mapping or a list", ""
            )
            return None
        if isinstance(node.value, str):
            if node.source == "<<":
                message = "the merge key << is not allowed"
                hint = "write the keys out, so that a reader sees them where they count"
                self._fault(node.place, "yaml-merge", message, hint)
                return None
            plain = isinstance(event, events.ScalarEvent) and not event.style
            if plain and holds_no_break_space(node.value) and no_break_spaces(self._text):
                self._slips(no_break_spaces(self._text))
                raise _StopError
            return node
        if isinstance(node.value, int) and _BARE_INTEGER.match(node.source):
            return ScalarNode(
                value=node.source, place=node.place, span=node.span, source=node.source
            )
        if not isinstance(event, events.AliasEvent):
            shown = node.source or "nothing"
            message = f"a key must be text, found {shown}"
            hint = (
                f'put it in quotes: "{shown}"' if node.source else "write a name before the colon"
            )
            self._fault(node.place, "key-not-text", message, hint)
        return None

    def _decorations(
        self,
        event: events.ScalarEvent | events.SequenceStartEvent | events.MappingStartEvent,
        place: Place,
    ) -> None:
        if event.anchor is not None:
            message = f"the anchor &{event.anchor} is not allowed"
            hint = f"remove &{event.anchor}; values are written out where they count"
            self._fault(place, "yaml-anchor", message, hint)
        if event.tag is not None:
            message = f"the tag {_written_tag(str(event.tag))} is not allowed"
            hint = "remove the tag; the file's schema decides what a value is"
            self._fault(place, "yaml-tag", message, hint)

    def _syntax(self, error: YAMLError) -> None:
        mark: _Mark | None = getattr(error, "problem_mark", None)
        problem: str = getattr(error, "problem", None) or str(error)
        # At the end of the file the parser's line may be one that is not there: go by the offset.
        place = Place(self._file)
        if mark is not None:
            if slips := slips_near(self._text, mark.index):
                self._slips(slips)
                return
            place = place_of_offset(self._text, mark.index, self._file)
        context: str | None = getattr(error, "context", None)
        message = f"not YAML: {problem}"
        if context and context.startswith("while parsing"):
            start: _Mark | None = getattr(error, "context_mark", None)
            where = f" that starts at {start.line + 1}:{start.column + 1}" if start else ""
            message += f" ({context}{where})"
        self._fault(place, "yaml-syntax", message, _advice(problem))

    def _slips(self, slips: Iterable[Slip]) -> None:
        for at, message, hint in slips:
            self._fault(place_of_offset(self._text, at, self._file), "yaml-syntax", message, hint)

    def _place(self, mark: object) -> Place:
        at = cast("_Mark", mark)
        return Place(self._file, at.line + 1, at.column + 1)

    def _span(self, first: events.Event, last: events.Event) -> Span:
        return Span(
            start=cast("_Mark", first.start_mark).index, end=cast("_Mark", last.end_mark).index
        )

    def _fault(self, place: Place, code: str, message: str, hint: str) -> None:
        self._faults.append(fault(place, code, message, hint))


def _written_tag(tag: str) -> str:
    return "!!" + tag.removeprefix("tag:yaml.org,2002:") if tag.startswith("tag:yaml.") else tag


def _advice(problem: str) -> str:
    if "cannot start any token" in problem:
        return "quote text that starts with a special character"
    if "expected ',' or" in problem:
        return "is a bracket or brace left open?"
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        return "check the indentation, and quote text that holds a colon"
    return "check the indentation and the quotes near this place"


def require_yaml(text: str, file: str) -> Node:
    """The document in ``text``.

    Raises:
        SourceError: with everything that is wrong with it.
    """
    root, faults = parse_yaml(text, file)
    if root is None or faults:
        raise SourceError(faults)
    return root
