"""A source that is to say something else: its text in canonical form, with every comment kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from mien.text.format.piece import Block, Piece
from mien.text.format.source import Source
from mien.text.node import Place, Plain, ScalarNode, Span

Origins = Mapping[str, Sequence[int | None]]
"""Of lists at the top of a document, where each item stood before; None of a new one."""

_NOWHERE = Place("")
_NO_SPAN = Span(start=0, end=0)


def rewritten(
    text: str, file: str, wanted: Mapping[str, Plain], origins: Origins, *, json: bool
) -> str:
    """The text of a document that says ``wanted``.

    What stays keeps its comments; those of what goes are kept where it stood.

    Raises:
        SourceError: the text cannot be read, or its comments cannot be kept.
    """
    source = Source.read(text, file, json=json)
    _merge(source.block, wanted, origins)
    return source.written(dict(wanted))


def _merge(block: Block, wanted: Mapping[str, Plain], origins: Origins) -> None:
    """Make a mapping say ``wanted``."""
    staying: list[Piece] = []
    left: list[str] = []
    for piece in block.pieces:
        if piece.name in wanted:
            piece.leading = [*left, *piece.leading]
            left = []
            _update(piece, wanted[piece.name], origins.get(piece.name))
            staying.append(piece)
        else:
            left.extend(_comments(piece))
    present = {piece.name for piece in staying}
    for name, value in wanted.items():
        if name not in present:
            staying.append(_piece(value, name))
    block.pieces = staying
    block.tail = [*left, *block.tail]


def _update(piece: Piece, wanted: Plain, origins: Sequence[int | None] | None) -> None:
    value = piece.value
    if isinstance(value, ScalarNode):
        if not _equal(value.value, wanted):
            piece.value = _piece(wanted).value
        return
    if value.mapping and isinstance(wanted, dict):
        _merge(value, wanted, {})
    elif not value.mapping and isinstance(wanted, list):
        _relist(value, wanted, range(len(value.pieces)) if origins is None else origins)
    else:
        piece.leading.extend(_inner_comments(value))
        piece.value = _piece(wanted).value
        return
    if not value.pieces:  # nothing can be written inside of what is empty
        piece.leading.extend(value.tail)
        value.tail = []


def _relist(block: Block, wanted: list[Plain], origins: Sequence[int | None]) -> None:
    """Make a list say ``wanted``, whose items were those at ``origins``."""
    before = block.pieces
    places = [*origins[: len(wanted)], *[None] * (len(wanted) - len(origins))]
    after: list[Piece] = []
    for value, place in zip(wanted, places, strict=True):
        if place is None or not 0 <= place < len(before) or before[place] in after:
            after.append(_piece(value))
            continue
        piece = before[place]
        _update(piece, value, None)
        after.append(piece)
    for at, piece in enumerate(before):
        if piece not in after:
            following = next((one for one in before[at + 1 :] if one in after), None)
            home = block.tail if following is None else following.leading
            home[:0] = _comments(piece)
    block.pieces = after


def _comments(piece: Piece) -> Iterator[str]:
    yield from piece.leading
    yield from piece.trailing
    if isinstance(piece.value, Block):
        yield from _inner_comments(piece.value)


def _inner_comments(block: Block) -> Iterator[str]:
    for piece in block.pieces:
        yield from _comments(piece)
    yield from block.tail


def _equal(one: Plain, other: Plain) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _piece(value: Plain, name: str | None = None) -> Piece:
    key = None if name is None else _scalar(name)
    if not isinstance(value, dict | list):
        return Piece(key=key, value=_scalar(value))
    block = Block(mapping=isinstance(value, dict), flow=False, column=0, start=0, end=0)
    block.pieces = (
        [_piece(one, name) for name, one in value.items()]
        if isinstance(value, dict)
        else [_piece(one) for one in value]
    )
    return Piece(key=key, value=block)


def _scalar(value: Plain) -> ScalarNode:
    found = cast("str | int | float | bool | None", value)
    return ScalarNode(value=found, place=_NOWHERE, span=_NO_SPAN, source="")
