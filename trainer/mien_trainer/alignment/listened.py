"""Who is told how much of a sound has been heard."""

from __future__ import annotations

from collections.abc import Callable

Listened = Callable[[float], None]
"""Is told the share of a sound that has been heard."""


def half_told(listened: Listened | None, first: float) -> Listened | None:
    """Who is told of half of what there is to do, the half that begins at ``first``."""
    if listened is None:
        return None

    def told(share: float) -> None:
        listened(first + share / 2)

    return told
