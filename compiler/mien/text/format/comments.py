"""The comments of a YAML text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from attrs import frozen

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
