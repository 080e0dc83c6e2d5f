"""Performing a score from Python."""

from __future__ import annotations

from pathlib import Path

from mien.errors import QueryError
from mien.formats.take import Take
from mien.scores.named import read_named
from mien.scores.prepare import prepare


def perform(score: str | Path, *, bank: str | None = None, life: bool = True) -> Take:
    """The take of the score in the file ``score``: 60 rows a second, with head and eyes.

    ``bank`` stands in for the score's own; without ``life`` nothing moves beside cues and lips. The
    same score gives the same bits on every machine, but for what a network hears.

    Raises:
        SourceError: with every fault of the score, at its line and column.
        MienError: the bank, the sound or the lips cannot be used.
    """
    try:
        path = Path(score)
    except TypeError:
        raise QueryError(f"score is {score!r}, expected its path as text or a Path") from None
    return prepare(read_named(path, bank=bank), bank=bank).take(life=life)
