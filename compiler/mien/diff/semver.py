"""Semantic versions: their order, and the one that a change needs (https://semver.org, 2.0.0)."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\Z"
)

Core = tuple[int, int, int]
Precedence = tuple[Core, bool, tuple[tuple[bool, int, str], ...]]


def is_version(text: str) -> bool:
    """Whether ``text`` is a semantic version."""
    return _VERSION.match(text) is not None


def precedence(version: str) -> Precedence:
    """A sort key: the order of semantic versions; build metadata does not count.

    Raises:
        ValueError: it is not a semantic version.
    """
    core, early = _parts(version)
    identifiers = tuple(
        (not one.isdecimal(), int(one) if one.isdecimal() else 0, one) for one in early
    )
    return core, not early, identifiers


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
    (major, minor, patch), early = _parts(old_version)
    if verdict == "none":
        return old_version
    if early:
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


def _parts(version: str) -> tuple[Core, list[str]]:
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"{version} is not a semantic version such as 1.4.0")
    core = int(match[1]), int(match[2]), int(match[3])
    return core, match[4].split(".") if match[4] else []
