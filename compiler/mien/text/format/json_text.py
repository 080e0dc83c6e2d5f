"""Pieces to canonical JSON text."""

from __future__ import annotations

import json

from mien.text.format.piece import Block, Piece
from mien.text.node import ScalarNode
from mien.text.scalar import write_scalar

_INDENT = "  "


def write_json(root: Block) -> str:
    """The document, its keys already in order: two spaces a level, lists of scalars on one line."""
    return _value(root, "") + "\n"


def _value(value: ScalarNode | Block, indent: str) -> str:
    if not isinstance(value, Block):
        return _scalar(value)
    opening, closing = "{}" if value.mapping else "[]"
    if not value.pieces:
        return opening + closing
    inner = indent + _INDENT
    entries = [_entry(piece, inner) for piece in value.pieces]
    if not value.mapping and not any(isinstance(piece.value, Block) for piece in value.pieces):
        line = f"[{', '.join(entries)}]"
        if len(indent) + len(line) <= _LINE:
            return line
    return "\n".join((opening, ",\n".join(inner + entry for entry in entries), indent + closing))


_LINE = 80
"""A list of scalars longer than this, with its indentation, has one item a line."""


def _entry(piece: Piece, indent: str) -> str:
    value = _value(piece.value, indent)
    if piece.key is None:
        return value
    return f"{json.dumps(piece.name, ensure_ascii=False)}: {value}"


def _scalar(node: ScalarNode) -> str:
    if node.value is None or isinstance(node.value, str | bool):
        return json.dumps(node.value, ensure_ascii=False)
    return write_scalar(node.value)
