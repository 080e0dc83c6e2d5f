"""One scalar as canonical YAML text."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Protocol, cast

from yaml.nodes import ScalarNode as YamlScalar
from yaml.resolver import Resolver

from mien.text.core_schema import NotFinite, resolve
from mien.text.node import ScalarNode
from mien.text.scalar import write_scalar

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
    except NotFinite:
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
