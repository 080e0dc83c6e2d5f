"""What YAML and JSON have in common: limits, the values of plain scalars, keys that appear once.

Scalars mean what the core schema of YAML 1.2 says, and nothing of YAML 1.1.
"""

from __future__ import annotations

import math
import re

from mien.errors import MienError
from mien.text.fault import Fault, fault
from mien.text.node import Entry, Node, Place, ScalarNode

MAX_DEPTH = 12
"""Mappings and lists may nest this deep; the document itself is depth 1."""

MAX_NODES = 50_000
"""Keys, values, mappings and lists in one document."""

MAX_FAULTS = 1000
"""Faults of one kind of check in one document; whoever made so many wants to see the first ones."""


_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_STARTS_NUMBER = frozenset("+-.0123456789")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

MAX_DIGITS = 400
"""A number written with more characters than this is refused."""


class NotFiniteError(MienError, ValueError):
    """A number that is infinite, not a number, or too long to be meant."""


def resolve(source: str) -> str | int | float | bool | None:
    """The value of a plain scalar.

    Raises:
        NotFiniteError: the scalar is a number that is not finite or absurdly long.
    """
    if source in _WORDS:
        return _WORDS[source]
    if source[0] not in _STARTS_NUMBER:
        return source
    if _FLOAT.match(source):
        return number(source)
    if _OCTAL.match(source):
        return int(_short(source)[2:], 8)
    if _HEXADECIMAL.match(source):
        return int(_short(source)[2:], 16)
    if _SPECIAL.match(source):
        raise NotFiniteError(f"{source} is not a finite number")
    return source


def number(source: str) -> int | float:
    """The value of a decimal number as both YAML and JSON write it.

    Raises:
        NotFiniteError: it overflows, or is absurdly long.
    """
    if _INTEGER.match(source):
        return int(_short(source))
    value = float(_short(source))
    if not math.isfinite(value):
        raise NotFiniteError(f"{source} is too large for a number")
    return value


def _short(source: str) -> str:
    if len(source) > MAX_DIGITS:
        raise NotFiniteError(f"a number of {len(source)} characters is too long")
    return source


class Entries:
    """Keys and values in the order of the file; a key's second appearance is a fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._entries: list[Entry] = []
        self._seen: dict[str, Place] = {}

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, key: ScalarNode, value: Node) -> None:
        """Take one more entry; of two equal keys the first counts."""
        name = str(key.value)
        first = self._seen.get(name)
        if first is None:
            self._seen[name] = key.place
            self._entries.append(Entry(key=key, value=value))
            return
        message = (
            f"the key {name} is here a second time; the first is at {first.line}:{first.column}"
        )
        self._faults.append(fault(key.place, "duplicate-key", message, "keep one of the two"))

    def all(self) -> tuple[Entry, ...]:
        """What was taken."""
        return tuple(self._entries)
