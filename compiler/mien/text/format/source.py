"""A source in canonical form, YAML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mien.errors import SourceError
from mien.text.canonical import digest, write_scalar
from mien.text.fault import Fault
from mien.text.format.comments import Comment, attach, find_comments
from mien.text.format.order import Orders, kind_of, schema_of
from mien.text.format.piece import Block, Piece, arrange, piece_of, take_header
from mien.text.format.yaml_text import write_yaml
from mien.text.json_nodes import parse_json
from mien.text.node import Node, Place, ScalarNode
from mien.text.yaml_nodes import parse_yaml

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


_SURROUNDINGS_UNKNOWN = Orders()


def format_yaml(text: str, file: str, orders: Orders = _SURROUNDINGS_UNKNOWN) -> str:
    """The YAML text in canonical order and spacing: the same document, with the same comments.

    Formatting the result again gives the result. ``file`` is the name that faults carry.

    Raises:
        SourceError: the text cannot be read; with everything that is wrong with it.
    """
    root = _sound(*parse_yaml(text, file), file)
    block = piece_of(root, text).value
    if not isinstance(block, Block):
        return text
    comments = find_comments(text, root)
    attach(block, comments, text)
    header = take_header(block)
    kind = kind_of(root)
    arrange(block, schema_of(kind), orders)
    written = write_yaml(block, kind, header)
    again = _sound(*parse_yaml(written, file), file)
    if digest(again) != digest(root) or not _same(comments, find_comments(written, again)):
        raise SourceError([_unfaithful(file)])
    return written


def format_json(text: str, file: str, orders: Orders = _SURROUNDINGS_UNKNOWN) -> str:
    """The JSON text in canonical order and spacing; as ``format_yaml``, but JSON has no comments.

    Raises:
        SourceError: the text cannot be read; with everything that is wrong with it.
    """
    root = _sound(*parse_json(text, file), file)
    block = piece_of(root, text).value
    if not isinstance(block, Block):
        return text
    arrange(block, schema_of(kind_of(root)), orders)
    written = write_json(block)
    if digest(_sound(*parse_json(written, file), file)) != digest(root):
        raise SourceError([_unfaithful(file)])
    return written


def _sound(root: Node | None, faults: Iterable[Fault], file: str) -> Node:
    found = tuple(faults)
    if root is None or found:
        raise SourceError(found or [_unfaithful(file)])
    return root


def _same(before: tuple[Comment, ...], after: tuple[Comment, ...]) -> bool:
    return sorted(comment.text for comment in before) == sorted(comment.text for comment in after)


def _unfaithful(file: str) -> Fault:
    return Fault(
        place=Place(file),
        path="",
        code="format-unfaithful",
        message="formatting this file would change what it says, so it is left as it is",
        hint="this is a mistake in mien: please report it with the file",
    )
