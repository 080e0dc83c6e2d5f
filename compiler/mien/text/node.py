"""A parsed document: plain values that remember where they stand."""

from __future__ import annotations

from attrs import frozen


@frozen(order=True)
class Place:
    """A position in a source file, as editors count it.

    ``file`` is the path as a person would type it; ``line`` and ``column`` start at 1, and 0 means
    "the file as a whole".
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


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
        inner = _inner(node, step)
        if inner is None:
            return node
        node = inner
    return node


def _inner(node: Node, step: str | int) -> Node | None:
    """The value under a key, or the item at a position from the start."""
    if isinstance(node, MappingNode) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


Path = tuple[str | int, ...]
"""Keys and list positions from the root of a document, such as ``("anchors", "low", "vad", 0)``."""


def path_text(path: Path) -> str:
    """The path as messages show it: ``anchors.low.vad[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def value_place(root: Node, path: Path) -> Place:
    """Where the value at ``path`` starts, or the nearest node above it that exists."""
    return find(root, path).place


def key_place(root: Node, path: Path) -> Place:
    """Where the last key of ``path`` stands; for a list position, the value's own place."""
    above = find(root, path[:-1])
    if isinstance(above, MappingNode):
        for entry in above.entries:
            if entry.name == path[-1]:
                return entry.key.place
    return value_place(root, path)


def at(node: Node, path: Path) -> Node | None:
    """The node at exactly ``path``, or None."""
    for step in path:
        inner = _inner(node, step)
        if inner is None:
            return None
        node = inner
    return node


def entries(node: Node, *path: str | int) -> tuple[Entry, ...]:
    """The entries of the mapping at ``path``; none where there is no mapping."""
    found = at(node, path)
    return found.entries if isinstance(found, MappingNode) else ()


def items(node: Node, *path: str | int) -> tuple[Node, ...]:
    """The items of the list at ``path``; none where there is no list."""
    found = at(node, path)
    return found.items if isinstance(found, SequenceNode) else ()


def text(node: Node, *path: str | int) -> str | None:
    """The text at ``path``, or None where there is none."""
    found = at(node, path)
    value = found.value if isinstance(found, ScalarNode) else None
    return value if isinstance(value, str) else None


def texts(node: Node, *path: str | int) -> tuple[str, ...]:
    """The texts in the list at ``path``; what is no text is left out."""
    values = (item.value for item in items(node, *path) if isinstance(item, ScalarNode))
    return tuple(value for value in values if isinstance(value, str))


def number(node: Node, *path: str | int) -> float | None:
    """The number at ``path``, or None where there is none."""
    found = at(node, path)
    value = found.value if isinstance(found, ScalarNode) else None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
