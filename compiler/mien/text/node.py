"""A parsed document: plain values that remember where they stand."""

from __future__ import annotations

from attrs import frozen

from mien.text.place import Place


@frozen(kw_only=True)
class Span:
    """Character offsets of a node in its text, ``[start, end)``, for tools that rewrite it."""

    start: int
    end: int


@frozen(kw_only=True)
class ScalarNode:
    """A text, number, boolean or null. ``source`` is the scalar as written."""

    value: str | int | float | bool | None
    place: Place
    span: Span
    source: str


@frozen(kw_only=True)
class SequenceNode:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place
    span: Span


@frozen(kw_only=True)
class Entry:
    """One key of a mapping with its value; the key keeps its own place."""

    key: ScalarNode
    value: Node

    @property
    def name(self) -> str:
        """The key as text."""
        return str(self.key.value)


@frozen(kw_only=True)
class MappingNode:
    """Keys and values in the order of the file; the reader has refused duplicate keys."""

    entries: tuple[Entry, ...]
    place: Place
    span: Span

    def get(self, name: str) -> Node | None:
        """The value under ``name``, or None."""
        return next((entry.value for entry in self.entries if entry.name == name), None)


Node = ScalarNode | SequenceNode | MappingNode

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


def plain(node: Node) -> Plain:
    """The node as ordinary Python data, places forgotten."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {entry.name: plain(entry.value) for entry in node.entries}


def find(node: Node, path: tuple[str | int, ...]) -> Node:
    """The node at ``path``, or the nearest node above it that exists."""
    for step in path:
        inner: Node | None = None
        if isinstance(node, MappingNode) and isinstance(step, str):
            inner = node.get(step)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            inner = node.items[step]
        if inner is None:
            return node
        node = inner
    return node
