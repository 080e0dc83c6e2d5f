"""The digest of what a document says, however it is written."""

from __future__ import annotations

import hashlib
import json
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
