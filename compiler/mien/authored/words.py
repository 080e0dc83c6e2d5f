"""Values and types in plain words, for messages."""

from __future__ import annotations

from collections.abc import Sequence

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_LONGEST = 40


def describe(value: object) -> str:
    """A value as a message shows it: what it is, and itself when it is short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        flat = " ".join(value.split())
        short = flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
        return f'the text "{short}"'
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"  # pyright: ignore[reportUnknownArgumentType]
    return "a mapping"


def expected_type(types: str | Sequence[str]) -> str:
    """The name of a JSON Schema type, or of several, for people."""
    names = [types] if isinstance(types, str) else types
    return " or ".join(_TYPES.get(name, name) for name in names)


def listing(names: Sequence[object]) -> str:
    """Alternatives: ``a``, ``a or b``, ``a, b or c``."""
    texts = [str(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
