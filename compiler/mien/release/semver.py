"""Versions of banks and which of two is the newer one (semver.org, version 2.0.0, clause 11)."""

from __future__ import annotations

import re

PATTERN = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
    r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
"""A whole version; its groups are major, minor, patch and the pre-release."""

_Part = tuple[int, int, str]
Precedence = tuple[tuple[_Part, ...], bool, tuple[_Part, ...]]


def is_version(text: str) -> bool:
    """Whether ``text`` is a semantic version."""
    return PATTERN.fullmatch(text) is not None


def precedence(version: str) -> Precedence:
    """A sort key: a pre-release comes before its release, build metadata does not count.

    Raises:
        ValueError: ``version`` is no semantic version.
    """
    match = PATTERN.fullmatch(version)
    if match is None:
        raise ValueError(f"'{version}' is not a version such as 1.4.0")
    before = match[4]
    parts = () if before is None else tuple(_part(part) for part in before.split("."))
    return tuple(_part(match[group]) for group in (1, 2, 3)), before is None, parts


def _part(text: str) -> _Part:
    """Numbers compare by value (length first: no number is too long) and come before words."""
    return (0, len(text), text) if text.isdecimal() else (1, 0, text)
