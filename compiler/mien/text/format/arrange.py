"""Pieces into canonical order, comments moving with them."""

from __future__ import annotations

from mien.text.format.order import Orders, Schema, inner, ranks
from mien.text.format.piece import BLANK, Block, Piece


def arrange(block: Block, schema: Schema, orders: Orders) -> None:
    """Sort the keys of every mapping; lists keep their order, for it means something."""
    if block.mapping:
        rank = ranks(schema, orders)
        block.pieces.sort(key=lambda piece: rank(piece.name))
    for piece in block.pieces:
        if isinstance(piece.value, Block):
            arrange(piece.value, inner(schema, piece.name if block.mapping else None), orders)
            if not block.mapping:
                _hoist(piece, piece.value)


def _hoist(item: Piece, block: Block) -> None:
    """Comments above the first entry of an item stand above the item's dash."""
    if block.pieces:
        first = block.pieces[0]
        item.leading += first.leading
        first.leading = []


def take_header(root: Block) -> list[str]:
    """Remove and give the comments that speak of the whole file.

    They are those at its top that an empty line parts from the first entry, and what editors read.
    """
    if not root.pieces:
        return []
    leading = root.pieces[0].leading
    last = len(leading) - next(
        (back for back, line in enumerate(reversed(leading)) if line == BLANK), len(leading)
    )
    modelines = [line for line in leading[last:] if is_modeline(line)]
    root.pieces[0].leading = [line for line in leading[last:] if not is_modeline(line)]
    return [*leading[:last], *modelines]


def is_modeline(comment: str) -> bool:
    """Whether the comment tells editors the schema of the file."""
    return comment.lstrip("# ").startswith("yaml-language-server:")
