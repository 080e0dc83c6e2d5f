"""Versions of banks: which of two is newer, and which one a change needs (semver.org, 2.0.0)."""

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


def needed_version(old_version: str, verdict: str) -> str:
    """The smallest version for changes of that verdict after ``old_version``.

    Before 1.0.0 the minor number says what the major number says later. A pre-release promises
    nothing yet: the version that it prepares is enough.

    Args:
        old_version: what was released.
        verdict: ``major``, ``minor``, ``patch`` or ``none``.

    Raises:
        ValueError: it is not a semantic version.
    """
    match = PATTERN.fullmatch(old_version)
    if match is None:
        raise ValueError(f"'{old_version}' is not a version such as 1.4.0")
    if verdict == "none":
        return old_version
    major, minor, patch = int(match[1]), int(match[2]), int(match[3])
    if match[4] is not None:
        core = major, minor, patch
    elif verdict == "major" and major:
        core = major + 1, 0, 0
    elif verdict == "major" or (verdict == "minor" and major):
        core = major, minor + 1, 0
    else:
        core = major, minor, patch + 1
    return ".".join(str(number) for number in core)


def is_enough(old_version: str, new_version: str, verdict: str) -> bool:
    """Whether ``new_version`` may follow ``old_version`` with changes of that verdict.

    A pre-release of the needed version is enough: 2.0.0-rc.1 may break what 1.4.0 promised.

    Raises:
        ValueError: one of them is not a semantic version.
    """
    old, new = precedence(old_version), precedence(new_version)
    if verdict == "none":
        return new >= old
    return new > old and new[0] >= precedence(needed_version(old_version, verdict))[0]


def _part(text: str) -> _Part:
    """Numbers compare by value (length first: no number is too long) and come before words."""
    return (0, len(text), text) if text.isdecimal() else (1, 0, text)
