"""Pieces to canonical YAML text.

Small records that are read at a glance stand on one line when they fit. Channel maps never do, so
that a change of one weight is a change of one line.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Protocol, cast

from yaml.nodes import ScalarNode as YamlScalar
from yaml.resolver import Resolver

from mien.text.canonical import write_scalar
from mien.text.core_schema import NotFiniteError, resolve
from mien.text.format.piece import BLANK, Block, Piece, is_modeline
from mien.text.node import ScalarNode

WIDTH = 100
"""No line is longer, unless it cannot be broken."""

LONG = 88
"""Text with more characters is folded over several lines."""

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=<~")
_UNSAFE_ANYWHERE = re.compile(r":(?:\s|$)|\s#|^\s|\s$|^\.\.\.")
_UNSAFE_IN_FLOW = re.compile(r"[,?:\[\]{}]")
_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BARE_INTEGER = re.compile(r"0|[1-9][0-9]*")
_GAP = re.compile(r"(?<! ) (?! )")


def scalar_text(node: ScalarNode, *, flow: bool) -> str:
    """The scalar on one line; ``flow`` says that it stands within brackets."""
    if isinstance(node.value, str):
        return string_text(node.value, flow=flow)
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return write_scalar(node.value)


def key_text(node: ScalarNode, *, flow: bool = False) -> str:
    """A key; whole numbers need no quotes there."""
    name = str(node.value)
    return name if _BARE_INTEGER.fullmatch(name) else string_text(name, flow=flow)


def string_text(value: str, *, flow: bool) -> str:
    """The text, in double quotes where a reader of YAML 1.1 or 1.2 could take it amiss."""
    return value if _is_plain(value, flow=flow) else quoted(value)


def quoted(value: str) -> str:
    """The text in double quotes on one line."""
    return _UNPRINTABLE.sub(_escape, json.dumps(value, ensure_ascii=False))


def block_text(value: str, indent: int, room: int) -> list[str] | None:
    """The text as a block scalar, or None where one line does.

    The first line is the header, the others are indented by ``indent``. ``room`` is what the value
    may take of the line that its key stands on.
    """
    if "\n" in value:
        return _paragraphs(value, indent)
    if len(value) <= LONG and len(string_text(value, flow=False)) <= room:
        return None
    if not _GAP.search(value) or value != value.strip() or _UNPRINTABLE.search(value):
        return None
    return [">-", *(" " * indent + line for line in _wrapped(value, WIDTH - indent))]


def _paragraphs(value: str, indent: int) -> list[str] | None:
    body = value.removesuffix("\n")
    lines = body.split("\n")
    if not lines[0] or not lines[-1]:
        return None
    if any(line != line.rstrip() or _UNPRINTABLE.search(line) for line in lines):
        return None
    if lines[0].startswith(" "):
        return None
    chomp = "-" if body == value else ""
    wide = any(len(line) + indent > WIDTH for line in lines)
    if not wide or any(line.startswith(" ") for line in lines):
        return ["|" + chomp, *(" " * indent + line if line else "" for line in lines)]
    folded: list[str] = []
    for line in lines:
        if folded:
            folded.append("")
        if line:
            folded += (" " * indent + part for part in _wrapped(line, WIDTH - indent))
    return [">" + chomp, *folded]


def _wrapped(text: str, width: int) -> list[str]:
    """The text broken at single spaces, each line as full as it can be."""
    lines: list[str] = []
    for word in _GAP.split(text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _is_plain(value: str, *, flow: bool) -> bool:
    if not value or value[0] in _INDICATORS or _UNPRINTABLE.search(value):
        return False
    if _UNSAFE_ANYWHERE.search(value) or (flow and _UNSAFE_IN_FLOW.search(value)):
        return False
    try:
        return isinstance(resolve(value), str) and _is_text_in_yaml_1_1(value)
    except NotFiniteError:
        return False


class _Resolver(Protocol):
    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> str: ...


def _is_text_in_yaml_1_1(value: str) -> bool:
    return _resolver().resolve(YamlScalar, value, (True, False)) == "tag:yaml.org,2002:str"


@cache
def _resolver() -> _Resolver:
    return cast("_Resolver", Resolver())


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


ANY = "*"

Path = tuple[str, ...]

_RECORDS: dict[str | None, frozenset[Path]] = {
    "bank": frozenset(
        {("metric",), ("kernel",), ("plateau",), ("budgets", "slope"), ("budgets", "speed")}
    ),
    "emotion": frozenset(
        {
            ("action_units",),
            ("anchors", ANY),
            ("styles", ANY, "anchor"),
            *(("dynamics", part) for part in ("onset", "offset", "head", "gaze", "then", "blink")),
            *(("dynamics", part, "follow") for part in ("onset", "offset")),
            *(("sequences", ANY, part) for part in ("ends", "loop")),
            *(("sequences", ANY, part, ANY) for part in ("keys", "pulses", "tremors")),
            *(
                ("sequences", ANY, "keys", ANY, part)
                for part in ("like", "share", "weight", "head", "gaze")
            ),
            ("sequences", ANY, "pulses", ANY, "head"),
        }
    ),
    "rules": frozenset({("trends", ANY)}),
    "rig": frozenset(
        {("action_units", ANY), ("action_units", ANY, "channels"), ("lip_seal", "sealing")}
    ),
    "visemes": frozenset({("classes", ANY, "strength")}),
}


def is_record(kind: str | None, path: Path) -> bool:
    """Whether the mapping at ``path`` goes on one line when it fits; an item's step is ``*``."""
    return any(
        len(pattern) == len(path)
        and all(step in (ANY, name) for step, name in zip(pattern, path, strict=True))
        for pattern in _RECORDS.get(kind, frozenset())
    )


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
