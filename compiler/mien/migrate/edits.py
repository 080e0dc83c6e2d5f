"""Small edits of a source that leave everything around them as it is, comments too."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mien.migrate.migration import Edit
from mien.text.node import MappingNode, Node, ScalarNode
from mien.text.peek import at
from mien.text.where import Path


def rename_key(root: Node, path: Path, name: str) -> list[Edit]:
    """The key at ``path`` called ``name`` from now on; nothing where there is no such key."""
    above = at(root, path[:-1])
    if not isinstance(above, MappingNode):
        return []
    return [_edit(entry.key, name) for entry in above.entries if entry.name == path[-1]]


def set_text(root: Node, path: Path, text: str) -> list[Edit]:
    """Another text for the scalar at ``path``; nothing where there is none."""
    found = at(root, path)
    return [_edit(found, text)] if isinstance(found, ScalarNode) else []


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made.

    Raises:
        ValueError: two edits overlap.
    """
    last = len(text)
    for edit in sorted(edits, key=lambda one: one.span.start, reverse=True):
        if edit.span.end > last:
            raise ValueError("two edits of a migration overlap")
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        last = edit.span.start
    return text


def _edit(node: ScalarNode, text: str) -> Edit:
    """In the quotes that the author used: JSON's, YAML's double ones, or none."""
    quoted = node.source.startswith(('"', "'"))
    return Edit(span=node.span, text=json.dumps(text, ensure_ascii=False) if quoted else text)
