"""Pieces of a formatted document, and how they stand on lines."""

from __future__ import annotations

from attrs import define, field

from mien.text.format.order import Orders, Schema, inner, ranks
from mien.text.node import MappingNode, Node, ScalarNode, SequenceNode

BLANK = ""
"""Among comments: an empty line."""


@define(eq=False, kw_only=True)
class Block:
    """A mapping or a list.

    ``flow`` tells how the author wrote it, ``column`` where it starts, ``start`` and ``end`` its
    offsets. ``tail`` holds the comments after the last piece.
    """

    mapping: bool
    flow: bool
    column: int
    start: int
    end: int
    pieces: list[Piece] = field(factory=list["Piece"])
    tail: list[str] = field(factory=list[str])

    @property
    def commented(self) -> bool:
        """Whether a comment stands anywhere inside."""
        return bool(self.tail) or any(piece.commented for piece in self.pieces)


@define(eq=False, kw_only=True)
class Piece:
    """An entry of a mapping, or an item of a list (then ``key`` is None).

    ``leading`` holds the comments on lines of their own above it, ``trailing`` those at its line's
    end.
    """

    key: ScalarNode | None
    value: ScalarNode | Block
    leading: list[str] = field(factory=list[str])
    trailing: list[str] = field(factory=list[str])

    @property
    def name(self) -> str:
        """The key as text; empty for an item of a list."""
        return "" if self.key is None else str(self.key.value)

    @property
    def start(self) -> int:
        """The offset at which it starts: the key, or an item's value."""
        return self.key.span.start if self.key else self.value_start

    @property
    def value_start(self) -> int:
        """The offset at which the value starts."""
        return self.value.start if isinstance(self.value, Block) else self.value.span.start

    @property
    def commented(self) -> bool:
        """Whether a comment belongs to it or stands inside its value."""
        inside = isinstance(self.value, Block) and self.value.commented
        return inside or bool(self.leading or self.trailing)


def piece_of(node: Node, text: str, *, key: ScalarNode | None = None, flow: bool = False) -> Piece:
    """The node as a piece without comments; ``flow`` says that it stands within brackets."""
    if isinstance(node, ScalarNode):
        return Piece(key=key, value=node)
    flow = flow or text[node.span.start : node.span.start + 1] in ("[", "{")
    block = Block(
        mapping=isinstance(node, MappingNode),
        flow=flow,
        column=node.place.column,
        start=node.span.start,
        end=node.span.end,
    )
    if isinstance(node, SequenceNode):
        block.pieces = [piece_of(item, text, flow=flow) for item in node.items]
    else:
        block.pieces = [
            piece_of(entry.value, text, key=entry.key, flow=flow) for entry in node.entries
        ]
    return Piece(key=key, value=block)


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
