"""What the page asks for, read from JSON with every value checked."""

from __future__ import annotations

import json
import math
from typing import cast

from mien.view.edit.change import Change
from mien.view.edit.refusal import EditRefused

MAX_BODY = 64 * 1024
"""No request is longer, in bytes."""


def asked_change(body: bytes) -> tuple[Change, str]:
    """The change that a request describes, and the digest of the text that its author saw.

    Raises:
        EditRefused: the body is not such a request.
    """
    data = _mapping(body)
    change = Change(
        label=_text(data, "label"),
        name=_text(data, "name"),
        style=data.get("style") is True,
        values=_values(data.get("values")),
    )
    seen = data.get("seen", "")
    return change, seen if isinstance(seen, str) else ""


def _mapping(body: bytes) -> dict[str, object]:
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        raise EditRefused("the request is not JSON") from None
    if not isinstance(data, dict):
        raise EditRefused("the request is not a JSON object")
    return cast("dict[str, object]", data)


def _text(data: dict[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise EditRefused(f"the request has no text '{key}'")
    return value


def _values(found: object) -> dict[str, float]:
    if not isinstance(found, dict):
        raise EditRefused("the request has no object 'values'")
    values: dict[str, float] = {}
    for name, value in cast("dict[str, object]", found).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EditRefused(f"{name}: expected a number")
        number = float(value) if abs(value) <= 1 else math.nan
        if math.isnan(number):
            raise EditRefused(f"{name}: expected a number in [-1, 1]")
        values[name] = round(number, 4) + 0.0
    return values
