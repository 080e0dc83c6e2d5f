"""Which script a text is written in, of those that readers are calibrated for."""

from __future__ import annotations

from collections.abc import Sequence

from mien.reading.tokens import Kind, Token

LATIN, HANGUL = 0, 1


def script_of(tokens: Sequence[Token]) -> int:
    """The position in `mien.reading.weights.SCRIPTS`: that of most words, Latin where even."""
    hangul = sum(token.kind is Kind.HANGUL for token in tokens)
    latin = sum(token.kind is Kind.WORD for token in tokens)
    return HANGUL if hangul > latin else LATIN
