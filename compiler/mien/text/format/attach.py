"""Which piece each comment belongs to.

A comment at the end of a line belongs to what ends there. One on a line of its own belongs to the
piece below it; or, when it is indented deeper than that piece, to the end of the block above.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from mien.text.format.comments import Comment, Lines
from mien.text.format.piece import BLANK, Block, Piece


def attach(root: Block, comments: tuple[Comment, ...], text: str) -> None:
    """Hand every comment to its piece under ``root``, in the order of the text."""
    attacher = _Attacher(root, text)
    for comment in comments:
        if comment.alone or not attacher.at_line_end(comment):
            attacher.on_own_line(comment)
    _settle(root)


class _Attacher:
    def __init__(self, root: Block, text: str) -> None:
        self._root = root
        self._lines = Lines(text)
        self._chains: list[tuple[Piece, tuple[Block, ...]]] = list(_walk(root, (root,)))
        self._starts = [piece.start for piece, _ in self._chains]
        ends = sorted(_ends(root), key=lambda end: end[0])
        self._ends = [offset for offset, _ in ends]
        self._enders = [piece for _, piece in ends]
        self._deepest: tuple[int, int] | None = None

    def at_line_end(self, comment: Comment) -> bool:
        """Give the comment to the piece that ends before it on its line, if one does."""
        position = bisect_right(self._ends, comment.start) - 1
        if position < 0:
            return False
        end = self._ends[position]
        if self._lines.line(max(0, end - 1)) != comment.line:
            return False
        self._enders[position].trailing.append(comment.text)
        return True

    def on_own_line(self, comment: Comment) -> None:
        below = bisect_right(self._starts, comment.start)
        above = self._chains[below - 1] if below else None
        under = self._chains[below] if below < len(self._chains) else None
        if above is not None and _awaits_value(above[0], comment):
            _add(above[0].leading, comment)
            return
        home = self._block_above(comment, above, under, below)
        if home is not None:
            _add(home.tail, comment)
        elif under is not None:
            _add(under[0].leading, comment)
        else:
            _add(self._root.tail, comment)

    def _block_above(
        self,
        comment: Comment,
        above: tuple[Piece, tuple[Block, ...]] | None,
        under: tuple[Piece, tuple[Block, ...]] | None,
        gap: int,
    ) -> Block | None:
        """The block that the comment closes, if it does not belong to the piece below.

        Between two pieces comments may only go outwards, or their order would change.
        """
        around = under[1] if under else (self._root,)
        closed = [block for block in (above[1] if above else ()) if block not in around]
        if self._deepest is not None and self._deepest[0] == gap:
            closed = closed[: self._deepest[1]]
        home: Block | None = None
        for depth, block in enumerate(closed, 1):
            within = block.start < comment.start < block.end
            deeper = block.column <= comment.column > around[-1].column
            if within if block.flow else deeper:
                home = block
                self._deepest = (gap, depth)
        if home is None:
            self._deepest = (gap, 0)
        return home


def _walk(block: Block, chain: tuple[Block, ...]) -> Iterator[tuple[Piece, tuple[Block, ...]]]:
    """Every piece in the order of the text, with the blocks around it from the outside in."""
    for piece in block.pieces:
        yield piece, chain
        if isinstance(piece.value, Block):
            yield from _walk(piece.value, (*chain, piece.value))


def _ends(block: Block) -> Iterator[tuple[int, Piece]]:
    """Offsets after which a comment on the same line belongs to the piece."""
    for piece in block.pieces:
        if piece.key is not None:
            yield piece.key.span.end, piece
        if not isinstance(piece.value, Block):
            block_scalar = piece.value.source[:1] in ("|", ">")
            yield (piece.value.span.start + 1 if block_scalar else piece.value.span.end), piece
            continue
        if piece.value.flow:
            yield piece.value.start + 1, piece
        yield from _ends(piece.value)
        if piece.value.flow:
            yield piece.value.end, piece


def _awaits_value(piece: Piece, comment: Comment) -> bool:
    """Whether the comment stands between a key and its value."""
    inner = isinstance(piece.value, Block) and not piece.value.flow
    return not inner and piece.value_start > comment.start


def _add(comments: list[str], comment: Comment) -> None:
    comments.append(comment.text)
    if comment.blank_after:
        comments.append(BLANK)


def _settle(block: Block) -> None:
    """Move comments from where they could not be written again."""
    while block.tail and block.tail[-1] == BLANK:
        block.tail.pop()
    for piece in block.pieces:
        if len(piece.trailing) > 1:
            piece.leading += piece.trailing
            piece.trailing = []
        if isinstance(piece.value, Block):
            _settle(piece.value)
            if not piece.value.pieces:
                piece.leading += piece.value.tail
                piece.value.tail = []
