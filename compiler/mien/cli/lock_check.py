"""Whether a lock that stands is the one that would be written now."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from mien.cli.terminal import say
from mien.text.regular_file import LOCK, read_regular


def check_lock(path: Path, text: str, command: str) -> int:
    """Say whether the lock at ``path`` is ``text``, and what is not: 0 where it is, else 1."""
    old = read_regular(path, LOCK).decode("utf-8", "replace") if path.exists() else ""
    if old == text:
        say(f"{path}: up to date")
        return 0
    now = text.splitlines(keepends=True)
    say("".join(unified_diff(old.splitlines(keepends=True), now, str(path), "now")), end="")
    say(f"{path}: out of date: run `{command}`")
    return 1
