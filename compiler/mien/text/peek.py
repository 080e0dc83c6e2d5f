"""Looking into a document that may not have the shape it should."""

from __future__ import annotations

from mien.text.node import Entry, MappingNode, Node, ScalarNode, SequenceNode
from mien.text.where import Path


def at(node: Node, path: Path) -> Node | None:
    """The node at exactly ``path``, or None."""
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str):
            inner = node.get(step)
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            inner = node.items[step] if step < len(node.items) else None
        else:
            return None
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
