"""Which face of a bank is sent, and lines of JSON that change it while it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from attrs import evolve, field, fields, frozen

from mien.bank import Bank, Label
from mien.errors import QueryError
from mien.formats.take import F32
from mien.text.suggest import did_you_mean

LONGEST_FADE = 60.0


@frozen(kw_only=True)
class Change:
    """A face as `Bank.face` takes it; ``fade`` is in seconds, None where the stream's own counts.

    Without a label the face is at rest.
    """

    label: Label | None = field(default=None)
    vad: tuple[float, ...] | None = field(default=None)
    at: str | None = field(default=None)
    intensity: float | None = field(default=None)
    style: str | None = field(default=None)
    speech: float = field(default=0.0)
    fade: float | None = field(default=None)

    def face(self, bank: Bank) -> F32:
        """The weights (C,).

        Raises:
            QueryError: the bank has no such face.
        """
        if self.label is None:
            return np.zeros(len(bank.channels), dtype=np.float32)
        return bank.face(
            self.label,
            vad=self.vad,
            at=self.at,
            intensity=self.intensity,
            style=self.style,
            speech=self.speech,
        )


def changed(before: Change, given: Mapping[str, object]) -> Change:
    """What an object such as ``{"label": "anger", "intensity": 0.8}`` makes of ``before``.

    A new label is at its mid, in no style; a new vad, at or intensity takes the place of the three.
    A label that is null puts the face to rest.

    Raises:
        QueryError: it has a key or a value that makes no sense.
    """
    known = [one.name for one in fields(Change)]
    for key in given:
        if key not in known:
            raise QueryError(f"there is no {key}: {did_you_mean(key, known)}")
    values = {key: _checked(key, value) for key, value in given.items()}
    after = evolve(before, fade=None)
    if "label" in values:
        after = evolve(after, label=None, vad=None, at=None, intensity=None, style=None)
    if values.keys() & {"vad", "at", "intensity"}:
        after = evolve(after, vad=None, at=None, intensity=None)
    return evolve(after, **values)


def parsed(line: str) -> dict[str, object]:
    """The object that a line holds.

    Raises:
        QueryError: it holds none.
    """
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError):
        raise QueryError("it is no JSON") from None
    if not isinstance(data, dict):
        raise QueryError('expected an object such as {"label": "joy", "intensity": 0.5}')
    return cast("dict[str, object]", data)


def _checked(key: str, value: object) -> Any:  # noqa: ANN401  each key has a type of its own
    """The value of a key, whose meaning `Bank.face` sees to."""
    if key == "vad":
        axes = cast("list[object]", value) if isinstance(value, list) else []
        if value is not None and len(axes) != 3:
            raise QueryError("vad is no list of three numbers")
        return tuple(_number(key, one) for one in axes) or None
    if key in ("at", "style") and value is not None and not isinstance(value, str):
        raise QueryError(f"{key} is no name")
    if key == "label" and isinstance(value, dict):
        mixture = cast("dict[str, object]", value)
        return {name: _number(name, share) for name, share in mixture.items()}
    if key == "label" and value is not None and not isinstance(value, str):
        raise QueryError("label is no name, and no object of names and shares")
    if key in ("intensity", "fade") and value is None:
        return None
    if key in ("intensity", "fade", "speech"):
        number = _number(key, value)
        if key == "fade" and not 0.0 <= number <= LONGEST_FADE:
            raise QueryError(f"fade is {number:g}, expected seconds from 0 to {LONGEST_FADE:g}")
        return number
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
        raise QueryError(f"{name} is no number")
    return float(value)
