"""Lists of names that were added to, taken from or put in another order."""

from __future__ import annotations

from collections.abc import Sequence


def gone(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The names of ``old`` that are not in ``new``."""
    return [name for name in old if name not in new]


def moved(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether names that stayed have another order, or stand behind names that were added.

    Positions after a name that was removed shift too: that is the removal's doing.
    """
    kept = [name for name in old if name in new]
    return kept != list(new[: len(kept)])
