"""The comments of a YAML text, and which piece each belongs to.

A comment at the end of a line belongs to what ends there. One on a line of its own belongs to the
piece below it; or, when it is indented deeper than that piece, to the end of the block above.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from attrs import frozen

from mien.text.format.piece import BLANK, Block, Piece
from mien.text.node import Node, ScalarNode, SequenceNode, Span

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_COMMENT = re.compile("#[^\r\n\x85\u2028\u2029]*")


@frozen(kw_only=True)
class Comment:
    """One comment; ``alone`` says that nothing else stands on its line."""

    text: str
    start: int
    line: int
    column: int
    alone: bool
    blank_after: bool


class Lines:
    """The lines of a text, by character offset."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def line(self, offset: int) -> int:
        """The line of an offset, from 0."""
        return bisect_right(self._starts, offset) - 1

    def before(self, offset: int) -> str:
        """What stands before the offset on its line."""
        return self._text[self._starts[self.line(offset)] : offset]

    def blank(self, line: int) -> bool:
        """Whether the line exists and has nothing on it but space; the last, empty one does not."""
        if line + 1 >= len(self._starts):
            return False
        return not self._text[self._starts[line] : self._starts[line + 1]].strip()


def find_comments(text: str, root: Node) -> tuple[Comment, ...]:
    """Every comment of the text, in order. No tag, anchor or alias may stand in it."""
    lines = Lines(text)
    comments: list[Comment] = []
    at = 0
    for span in sorted(_scalars(root), key=lambda span: span.start):
        comments += _comments(text, lines, at, span.start)
        comments += _header_comment(text, lines, span)
        at = max(at, span.end)
    comments += _comments(text, lines, at, len(text))
    return tuple(comments)


def _scalars(node: Node) -> Iterator[Span]:
    if isinstance(node, ScalarNode):
        yield node.span
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _scalars(item)
    else:
        for entry in node.entries:
            yield entry.key.span
            yield from _scalars(entry.value)


def _comments(text: str, lines: Lines, start: int, end: int) -> Iterator[Comment]:
    for match in _COMMENT.finditer(text, start, end):
        yield _comment(match[0], match.start(), lines)


def _header_comment(text: str, lines: Lines, span: Span) -> Iterator[Comment]:
    """The comment after the ``>`` or ``|`` that opens a block scalar."""
    if text[span.start : span.start + 1] in ("|", ">"):
        header = _BREAK.split(text[span.start : span.end], maxsplit=1)[0]
        mark = header.find("#")
        if mark > 0:
            yield _comment(header[mark:], span.start + mark, lines)


def _comment(text: str, start: int, lines: Lines) -> Comment:
    before = lines.before(start)
    line = lines.line(start)
    return Comment(
        text=text.rstrip(),
        start=start,
        line=line,
        column=len(before) + 1,
        alone=not before.strip(),
        blank_after=lines.blank(line + 1),
    )


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
