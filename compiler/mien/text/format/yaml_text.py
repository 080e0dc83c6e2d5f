"""Pieces to canonical YAML text."""

from __future__ import annotations

from mien.text.format.arrange import is_modeline
from mien.text.format.flow import ANY, Path, is_record
from mien.text.format.piece import BLANK, Block, Piece
from mien.text.format.scalar import LONG, WIDTH, block_text, key_text, scalar_text
from mien.text.node import ScalarNode

_INDENT = 2


def write_yaml(root: Block, kind: str | None, header: list[str]) -> str:
    """The document, its keys already in order; ``header`` holds comments that stay at the top."""
    first = root.pieces[0].leading if root.pieces else []
    top = [*header, *first]
    if root.pieces:
        root.pieces[0].leading = []
    modelines = [line for line in top if is_modeline(line)]
    rest = [line for line in top if not is_modeline(line)]
    lines = [*modelines, *_without_double_blanks(rest)]
    if root.pieces:
        lines += _Writer(kind).top_level(root)
    else:
        lines.append("{}" if root.mapping else "[]")
    if root.tail:
        lines += [BLANK, *root.tail]
    return "\n".join(lines) + "\n"


def _without_double_blanks(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line != BLANK or (kept and kept[-1] != BLANK):
            kept.append(line)
    return kept


class _Writer:
    def __init__(self, kind: str | None) -> None:
        self._kind = kind

    def top_level(self, root: Block) -> list[str]:
        """The pieces of the root; one that is a block of lines has an empty line around it."""
        lines: list[str] = []
        after_block = False
        for piece in root.pieces:
            written, is_block = self._piece(piece, 0, (), root)
            if lines and root.mapping and (is_block or after_block):
                lines.append(BLANK)
            lines += written
            after_block = is_block
        return lines

    def _piece(self, piece: Piece, indent: int, path: Path, block: Block) -> tuple[list[str], bool]:
        """The lines of a piece of ``block``, and whether its value is a block of lines."""
        inside = (*path, piece.name if block.mapping else ANY)
        opening = " " * indent + ("-" if piece.key is None else f"{key_text(piece.key)}:")
        leading = _comment_lines(piece.leading, indent)
        trailing = f"  {piece.trailing[0]}" if piece.trailing else ""
        value = piece.value
        if isinstance(value, Block):
            line = self._line(value, inside, item=piece.key is None)
            if line is None or (value.pieces and len(opening) + 1 + len(line) > WIDTH):
                nested = self._block(value, indent + _INDENT, inside)
                if piece.key is not None:
                    return [*leading, f"{opening}{trailing}", *nested], True
                return _item(
                    opening, [*leading, *_comment_lines(piece.trailing, indent)], nested
                ), True
            return [*leading, f"{opening} {line}{trailing}"], False
        first, *more = _scalar_lines(value, indent, WIDTH - len(opening) - 1)
        return [*leading, f"{opening} {first}{trailing}", *more], False

    def _block(self, block: Block, indent: int, path: Path) -> list[str]:
        lines: list[str] = []
        for piece in block.pieces:
            lines += self._piece(piece, indent, path, block)[0]
        return lines + _comment_lines(block.tail, indent)

    def _line(self, block: Block, path: Path, *, item: bool) -> str | None:
        """The block in brackets on one line, or None where that is not its form."""
        if block.commented:
            return None
        if not block.mapping:
            scalars = [piece.value for piece in block.pieces if not isinstance(piece.value, Block)]
            if len(scalars) < len(block.pieces) or not all(map(_is_short, scalars)):
                return None
            return "[" + ", ".join(scalar_text(scalar, flow=True) for scalar in scalars) + "]"
        if block.pieces and not item and not is_record(self._kind, path):
            return None
        entries: list[str] = []
        for piece in block.pieces:
            text = self._entry_line(piece, (*path, piece.name))
            if text is None:
                return None
            entries.append(text)
        return "{" + ", ".join(entries) + "}"

    def _entry_line(self, piece: Piece, path: Path) -> str | None:
        if isinstance(piece.value, Block):
            text = self._line(piece.value, path, item=False)
        else:
            text = scalar_text(piece.value, flow=True) if _is_short(piece.value) else None
        if text is None or piece.key is None:
            return None
        return f"{key_text(piece.key, flow=True)}: {text}"


def _scalar_lines(node: ScalarNode, indent: int, room: int) -> list[str]:
    if isinstance(node.value, str):
        lines = block_text(node.value, indent + _INDENT, room)
        if lines is not None:
            return lines
    return [scalar_text(node, flow=False)]


def _is_short(node: ScalarNode) -> bool:
    return not isinstance(node.value, str) or (len(node.value) <= LONG and "\n" not in node.value)


def _item(dash: str, above: list[str], nested: list[str]) -> list[str]:
    """A block behind its dash; comments that would stand between the two go above."""
    count = 0
    while nested[count].lstrip().startswith("#") or not nested[count]:
        count += 1
    indent = " " * (len(dash) - 1)
    hoisted = [indent + line.lstrip() if line else line for line in nested[:count]]
    return [*above, *hoisted, f"{dash} {nested[count].lstrip(' ')}", *nested[count + 1 :]]


def _comment_lines(comments: list[str], indent: int) -> list[str]:
    return [" " * indent + comment if comment else BLANK for comment in comments]
