"""What a plain scalar means: the core schema of YAML 1.2, and nothing of YAML 1.1."""

from __future__ import annotations

import math
import re

from mien.errors import MienError

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


class NotFinite(MienError, ValueError):
    """A number that is infinite, not a number, or too long to be meant."""


def resolve(source: str) -> str | int | float | bool | None:
    """The value of a plain scalar.

    Raises:
        NotFinite: the scalar is a number that is not finite or absurdly long.
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
        raise NotFinite(f"{source} is not a finite number")
    return source


def number(source: str) -> int | float:
    """The value of a decimal number as both YAML and JSON write it.

    Raises:
        NotFinite: it overflows, or is absurdly long.
    """
    if _INTEGER.match(source):
        return int(_short(source))
    value = float(_short(source))
    if not math.isfinite(value):
        raise NotFinite(f"{source} is too large for a number")
    return value


def _short(source: str) -> str:
    if len(source) > MAX_DIGITS:
        raise NotFinite(f"a number of {len(source)} characters is too long")
    return source
