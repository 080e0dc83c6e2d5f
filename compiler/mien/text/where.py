"""From a path inside a document to words and places."""

from __future__ import annotations

from mien.text.node import MappingNode, Node, find
from mien.text.place import Place

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
