"""The values of a model's JSON, each checked as it is asked for."""

from __future__ import annotations

import json
from typing import NoReturn, cast

from mien.gltf.faults import ModelFaults
from mien.text.node import Path as NodePath

MOST_VALUES = 2_000_000
"""Keys and values in the JSON of a model; the largest avatars have a tenth of it."""

_LARGEST = 2**53 - 1
_CODE = "model-structure"


def parsed(text: str, faults: ModelFaults) -> Cursor:
    """The document in ``text``.

    Raises:
        SourceError: it is no JSON, no object, has a key twice, or is too large to be meant.
    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"an object has the key {twice[:80]!r} twice")
        return found

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"found {constant}, expected a number")

    reason = ""
    value: object = None
    # A value takes fifty times the memory of its text: they are counted before they are made.
    if sum(map(text.count, ",{[")) > MOST_VALUES:
        reason = f"it has more than {MOST_VALUES:,} keys and values"
    else:
        try:
            value = json.loads(
                text.removeprefix("\ufeff"), object_pairs_hook=once, parse_constant=refuse
            )
        except json.JSONDecodeError as error:
            reason = f"{error.msg.lower()} in line {error.lineno}, column {error.colno}"
        except RecursionError:
            reason = "it is nested too deeply"
        except ValueError as error:
            reason = str(error)
    if reason:
        raise faults.refusal("no-json", f"its JSON cannot be read: {reason}", "export it again")
    if not isinstance(value, dict):
        raise faults.refusal(_CODE, f"found {shown(value)}, expected an object with asset")
    return Cursor(cast("dict[str, object]", value), (), faults)


class Cursor:
    """A value, or that there is none, and its path; what is wrong with it is a fault of the file.

    Every method gives something to go on with where the value is wrong, so that all faults of a
    file are found in one run.
    """

    def __init__(self, value: object, path: NodePath, faults: ModelFaults) -> None:
        self.value = value
        self.path = path
        self.faults = faults

    def __bool__(self) -> bool:
        return self.value is not None

    def __getitem__(self, key: str) -> Cursor:
        """The value under a key of an object; none where there is no object."""
        inner = self._object().get(key)
        return Cursor(inner, (*self.path, key), self.faults)

    def has(self, key: str) -> bool:
        """Whether it is an object that has the key."""
        return key in self._object()

    def entries(self) -> list[tuple[str, Cursor]]:
        """The keys and values of an object, in the file's order."""
        return [(self._whole_characters(key), self[key]) for key in self._object()]

    def items(self) -> list[Cursor]:
        """The values of a list; none where there is no list."""
        if not isinstance(self.value, list):
            if self.value is not None:
                self.wrong("a list")
            return []
        values = cast("list[object]", self.value)  # pyright: ignore[reportUnknownMemberType]
        return [Cursor(one, (*self.path, at), self.faults) for at, one in enumerate(values)]

    def text(self, default: str = "") -> str:
        """A text."""
        if self.value is None:
            return default
        if not isinstance(self.value, str):
            self.wrong("a text")
            return default
        return self._whole_characters(self.value)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(one.text() for one in self.items())

    def flag(self, default: bool = False) -> bool:
        """True or false."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.wrong("true or false")
            return default
        return self.value

    def number(self, default: float = 0.0) -> float:
        """A number."""
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wrong("a number")
            return default
        try:
            found = float(self.value)
        except OverflowError:
            found = float("inf")
        if found in (float("inf"), float("-inf")):
            self.wrong("a finite number")
            return default
        return found

    def numbers(self, count: int | None = None) -> tuple[float, ...]:
        """A list of numbers, of ``count`` where that is given; () where there is none."""
        found = tuple(one.number() for one in self.items())
        if self.value is not None and count is not None and len(found) != count:
            self.wrong(f"{count} numbers")
            return ()
        return found

    def whole(self, default: int = 0, least: int = 0) -> int:
        """A whole number."""
        if self.value is None:
            return default
        found = self.value
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= _LARGEST:
            self.wrong(f"a whole number from {least}")
            return default
        return found

    def required(self) -> Cursor:
        """Itself; a fault where there is none."""
        if self.value is None:
            self.faults.add(self.path[:-1], _CODE, f"there is no {self.path[-1]}")
        return self

    def index(self, count: int, what: str) -> int | None:
        """A position in a list of ``count`` things that are called ``what``; None for none."""
        if self.value is None:
            return None
        found = self.whole(default=-1)
        if found < 0:
            return None
        if found >= count:
            have = f"there are {count}" if count else "there is none"
            self.faults.add(self.path, _CODE, f"there is no {what} {found}: {have}")
            return None
        return found

    def wrong(self, expected: str) -> None:
        """Note that it is not what is expected."""
        self.faults.add(self.path, _CODE, f"found {shown(self.value)}, expected {expected}")

    def _whole_characters(self, text: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.faults.add(self.path, _CODE, "a text holds half of a surrogate pair")
            return text.encode("utf-8", "replace").decode()
        return text

    def _object(self) -> dict[str, object]:
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.wrong("an object")
            self.value = None
            return {}
        return cast("dict[str, object]", self.value)  # pyright: ignore[reportUnknownMemberType]


def shown(value: object) -> str:
    """A value in at most forty characters."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
