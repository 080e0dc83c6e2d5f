"""The formatter: text in, canonical text out."""

from __future__ import annotations

from collections.abc import Iterable

from mien.errors import SourceError
from mien.text.canonical import digest
from mien.text.fault import Fault
from mien.text.format.arrange import arrange, take_header
from mien.text.format.attach import attach
from mien.text.format.comments import Comment, find_comments
from mien.text.format.json_text import write_json
from mien.text.format.order import Orders, kind_of, schema_of
from mien.text.format.piece import Block, piece_of
from mien.text.format.yaml_text import write_yaml
from mien.text.json_nodes import parse_json
from mien.text.node import Node
from mien.text.place import Place
from mien.text.yaml_nodes import parse_yaml

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
