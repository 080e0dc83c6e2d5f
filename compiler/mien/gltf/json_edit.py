"""Changes to a few values of a JSON text; every other character stays as it is."""

from __future__ import annotations

import json

from mien.text.json_nodes import JsonPlaces
from mien.text.node import Path


class JsonEdit:
    """A JSON text, one that `json` reads and in which no object has a key twice, and changes."""

    def __init__(self, text: str) -> None:
        self._text = text.removeprefix("\ufeff")
        self._places = JsonPlaces(self._text, "")
        self._changes: list[tuple[int, int, str]] = []

    def raw(self, path: Path) -> str | None:
        """The text of the value at ``path``, or None."""
        span = self._places.span(path)
        return None if span is None else self._text[span.start : span.end]

    def members(self, path: Path) -> dict[str, str]:
        """The texts of the values of the object at ``path`` by their keys; none without object."""
        keys = self._places.keys(path)
        return {key: self.raw((*path, key)) or "" for key in keys if isinstance(key, str)}

    def items(self, path: Path) -> list[str]:
        """The texts of the values of the list at ``path``; none where there is no list."""
        keys = self._places.keys(path)
        return [self.raw((*path, key)) or "" for key in keys if isinstance(key, int)]

    def put(self, path: Path, value: str) -> None:
        """Let the text of the value at ``path`` be ``value``; objects above it are made.

        A value is put once, and none inside another that is put.
        """
        span = self._places.span(path)
        if span is not None:
            self._changes.append((span.start, span.end, value))
            return
        above = path[:-1]
        member = f"{json.dumps(path[-1])}:{value}"
        outer = self._places.span(above)
        if outer is None or self._text[outer.start] != "{":
            self.put(above, f"{{{member}}}")
            return
        comma = "," if self._places.keys(above) else ""
        self._changes.append((outer.end - 1, outer.end - 1, comma + member))

    def extend(self, path: Path, kept: int, new: list[str]) -> None:
        """Let the list at ``path`` have its first ``kept`` items and then ``new``; made if need be.

        What stands before the end of the items that are kept stays as it is.
        """
        span = self._places.span(path)
        last = self._places.span((*path, kept - 1)) if kept else None
        before = self._text[span.start : last.end] if span and last else "["
        comma = "," if last and new else ""
        self.put(path, f"{before}{comma}{','.join(new)}]")

    def text(self) -> str:
        """The text with its changes."""
        parts: list[str] = []
        at = 0
        for start, end, value in sorted(self._changes):
            parts += (self._text[at:start], value)
            at = end
        return "".join((*parts, self._text[at:]))


def object_text(members: dict[str, str]) -> str:
    """An object of keys and the texts of their values."""
    return "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in members.items()) + "}"


def list_text(items: list[str]) -> str:
    """A list of the texts of values."""
    return "[" + ",".join(items) + "]"


def compact(value: object) -> str:
    """The shortest text of a value."""
    return json.dumps(value, separators=(",", ":"))
