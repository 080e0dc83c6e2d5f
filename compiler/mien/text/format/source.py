"""A source in canonical form, YAML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from attrs import frozen

from mien.errors import SourceError
from mien.text.canonical import canonical, write_scalar
from mien.text.fault import Fault, fault
from mien.text.format.comments import Comment, attach, find_comments
from mien.text.format.order import Orders, kind_of, schema_of
from mien.text.format.piece import Block, Piece, arrange, piece_of, take_header
from mien.text.format.yaml_text import write_yaml
from mien.text.json_nodes import parse_json
from mien.text.node import Node, Plain, ScalarNode, plain
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


@frozen(kw_only=True)
class Source:
    """A text taken apart: its ``block``, which may be changed, and its comments."""

    file: str
    json: bool
    kind: str | None
    block: Block
    comments: tuple[Comment, ...]
    header: list[str]

    @staticmethod
    def read(text: str, file: str, *, json: bool) -> Source:
        """The document in ``text``; ``file`` is the name that faults carry.

        Raises:
            SourceError: the text cannot be read, with everything that is wrong with it; or it is no
                mapping and no list.
        """
        source = Source.of(_root(text, file, json=json), text, file, json=json)
        if source is None:
            raise SourceError([_unfaithful(file)])
        return source

    @staticmethod
    def of(root: Node, text: str, file: str, *, json: bool) -> Source | None:
        """The document ``root`` of a text; None of a scalar."""
        block = piece_of(root, text).value
        if not isinstance(block, Block):
            return None
        comments = () if json else find_comments(text, root)
        attach(block, comments, text)
        header = take_header(block)
        kind = kind_of(root)
        return Source(
            file=file, json=json, kind=kind, block=block, comments=comments, header=header
        )

    def written(self, says: Plain, orders: Orders = _SURROUNDINGS_UNKNOWN) -> str:
        """The canonical text of the block, which says ``says``.

        Raises:
            SourceError: it would say something else, or lose a comment.
        """
        arrange(self.block, schema_of(self.kind), orders)
        if self.json:
            written = write_json(self.block)
        else:
            written = write_yaml(self.block, self.kind, self.header)
        again = _root(written, self.file, json=self.json)
        kept = self.json or _same(self.comments, find_comments(written, again))
        if canonical(plain(again)) != canonical(says) or not kept:
            raise SourceError([_unfaithful(self.file)])
        return written


def format_yaml(text: str, file: str, orders: Orders = _SURROUNDINGS_UNKNOWN) -> str:
    """The YAML text in canonical order and spacing: the same document, with the same comments.

    Formatting the result again gives the result. ``file`` is the name that faults carry.

    Raises:
        SourceError: the text cannot be read; with everything that is wrong with it.
    """
    return _formatted(text, file, orders, json=False)


def format_json(text: str, file: str, orders: Orders = _SURROUNDINGS_UNKNOWN) -> str:
    """The JSON text in canonical order and spacing; as ``format_yaml``, but JSON has no comments.

    Raises:
        SourceError: the text cannot be read; with everything that is wrong with it.
    """
    return _formatted(text, file, orders, json=True)


def _formatted(text: str, file: str, orders: Orders, *, json: bool) -> str:
    root = _root(text, file, json=json)
    source = Source.of(root, text, file, json=json)
    return text if source is None else source.written(plain(root), orders)


def _root(text: str, file: str, *, json: bool) -> Node:
    return _sound(*(parse_json if json else parse_yaml)(text, file), file)


def _sound(root: Node | None, faults: Iterable[Fault], file: str) -> Node:
    found = tuple(faults)
    if root is None or found:
        raise SourceError(found or [_unfaithful(file)])
    return root


def _same(before: tuple[Comment, ...], after: tuple[Comment, ...]) -> bool:
    return sorted(comment.text for comment in before) == sorted(comment.text for comment in after)


def _unfaithful(file: str) -> Fault:
    message = "formatting this file would change what it says, so it is left as it is"
    hint = "this is a mistake in mien: please report it with the file"
    return fault(file, "format-unfaithful", message, hint)
