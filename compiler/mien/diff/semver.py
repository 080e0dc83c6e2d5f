"""The version that a change needs (https://semver.org, 2.0.0)."""

from __future__ import annotations

from mien.release.semver import PATTERN, is_version, precedence

__all__ = ["is_enough", "is_version", "needed_version", "precedence"]


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
