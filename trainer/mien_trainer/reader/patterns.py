"""Sentences of our own as patterns: ``I'm {so|really|} bored`` stands for three.

Choices may hold choices. A word after ``@`` stands for the choice of that name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache

from attrs import frozen

_NAME = re.compile(r"@(\w+)")


@frozen
class _Choice:
    """Sequences, one of which is taken."""

    ways: tuple[_Sequence, ...]
    many: int


@frozen
class _Sequence:
    """Text and choices, with how many ways each is taken while those before it stay."""

    parts: tuple[str | _Choice, ...]
    after: tuple[int, ...]
    many: int


def expand(pattern: str, named: Mapping[str, str] | None = None) -> Iterator[str]:
    """Every sentence that ``pattern`` stands for, in one order; runs of spaces are one.

    Raises:
        ValueError: braces are not in pairs, or a choice is not among ``named``.
    """
    parts = _parsed(_written_out(pattern, named or {}))
    yield from (_sentence(parts, i) for i in range(parts.many))


def drawn(pattern: str, most: int, named: Mapping[str, str] | None = None) -> list[str]:
    """So many of a pattern's sentences at most, spread over all of them, always the same.

    Raises:
        ValueError: as `expand`.
    """
    written = _written_out(pattern, named or {})
    parts = _parsed(written)
    many = parts.many
    found: dict[str, None] = {}
    for turn in range(2 * most):
        digest = hashlib.sha256(f"{turn} {written}".encode()).digest()
        found[_sentence(parts, int.from_bytes(digest[:16], "little") % many)] = None
        if len(found) == min(most, many):
            break
    return list(found)


def many(pattern: str, named: Mapping[str, str] | None = None) -> int:
    """How many ways a pattern can be taken.

    Raises:
        ValueError: as `expand`.
    """
    return _parsed(_written_out(pattern, named or {})).many


def _written_out(pattern: str, named: Mapping[str, str]) -> str:
    """The pattern with the choices that names stand for, which may hold names themselves."""
    for _ in range(len(named) + 1):
        pattern, changes = _NAME.subn(lambda found: _named(found[1], named), pattern)
        if not changes:
            return pattern
    raise ValueError("a name stands for itself")


def _named(name: str, named: Mapping[str, str]) -> str:
    if name not in named:
        raise ValueError(f"no choice @{name}")
    return "{" + named[name] + "}"


@cache
def _parsed(pattern: str) -> _Sequence:
    stack: list[list[list[str | _Choice]]] = [[[]]]
    for piece in re.findall(r"[{}|]|[^{}|]+", pattern):
        if piece == "{":
            stack.append([[]])
        elif piece == "}" and len(stack) > 1:
            ways = tuple(_sequence(way) for way in stack.pop())
            stack[-1][-1].append(_Choice(ways, sum(way.many for way in ways)))
        elif piece == "|" and len(stack) > 1:
            stack[-1].append([])
        elif piece == "}":
            raise ValueError("a } without its {")
        else:
            stack[-1][-1].append(piece)
    if len(stack) > 1:
        raise ValueError("a { without its }")
    return _sequence(stack[0][0])


def _sequence(parts: list[str | _Choice]) -> _Sequence:
    after: list[int] = []
    many = 1
    for part in reversed(parts):
        after.append(many)
        many *= 1 if isinstance(part, str) else part.many
    return _Sequence(tuple(parts), tuple(reversed(after)), many)


def _sentence(parts: _Sequence, number: int) -> str:
    return " ".join("".join(_taken(parts, number)).split())


def _taken(sequence: _Sequence, number: int) -> Iterator[str]:
    """The text of one way; the last choice changes with every number."""
    for part, after in zip(sequence.parts, sequence.after, strict=True):
        if isinstance(part, str):
            yield part
            continue
        left = number // after % part.many
        for way in part.ways:
            if left < way.many:
                yield from _taken(way, left)
                break
            left -= way.many
