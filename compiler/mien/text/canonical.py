"""One way to write a value: the digest of what a document says, and scalars as YAML."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.text.node import Node, Plain


def canonical(value: Plain) -> str:
    """The one JSON text of a value.

    Keys are sorted by code point, numbers are written by value (``1.0``, ``1e0`` and ``1`` alike,
    ``-0.0`` as ``0``), lists keep their order, and there is no space between tokens.
    """
    return json.dumps(
        _by_value(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def digest(node: Node) -> str:
    """The sha256 of the node's canonical JSON, as 64 hexadecimal digits."""
    from mien.text.node import plain

    return hashlib.sha256(canonical(plain(node)).encode("utf-8")).hexdigest()


def _by_value(value: Plain) -> Plain:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_by_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _by_value(item) for key, item in value.items()}
    return value


_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+&()'§%-]*(?: [A-Za-z0-9_./+&()'§%=<>-]+)*")
_WORDS_OF_ANY_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def write_scalar(value: str | float) -> str:
    """The shortest YAML text that every YAML 1.1 and 1.2 reader takes for the same value.

    Text is plain where no reader could mistake it, else a JSON string; numbers are their shortest
    round-trip form, whole ones without a point.
    """
    if isinstance(value, str):
        safe = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_ANY_YAML
        return value if safe and not value.startswith(".") else json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
