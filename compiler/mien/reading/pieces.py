"""Tokens to subword pieces, as numbers, for the reader that is a transformer.

A piece that continues a word begins with ``##``. Of a word the longest piece that the vocabulary
has is taken first, then the longest of what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from mien.reading.features import ALIKE, FEW_WORDS
from mien.reading.tokens import Kind, Token, shouted

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[MASK]", "[CAPS]", "[LONG]")
"""The first pieces of every vocabulary; the first and the fourth are for training alone."""

PAD, UNKNOWN, START, MASK, CAPITALS, LONG = range(len(SPECIAL))

INSIDE = "##"


@frozen(eq=False)
class Vocabulary:
    """Pieces by their numbers; the first are `SPECIAL`."""

    pieces: tuple[str, ...]
    numbers: dict[str, int] = field(init=False, repr=False)
    widest: int = field(init=False)
    """The most characters that a piece stands for."""

    def __attrs_post_init__(self) -> None:
        numbers = {piece: i for i, piece in enumerate(self.pieces) if i >= len(SPECIAL)}
        object.__setattr__(self, "numbers", numbers)
        widest = max((len(piece.removeprefix(INSIDE)) for piece in numbers), default=1)
        object.__setattr__(self, "widest", widest)


@frozen
class Piece:
    """A piece's number, and the token that it is part of; -1 for those that stand for a text."""

    number: int
    token: int


def pieces_of(
    vocabulary: Vocabulary, text: str, tokens: Sequence[Token], longest: int
) -> list[Piece]:
    """The first ``longest`` pieces of the `normal` text whose tokens are given."""
    found = [Piece(START, -1)]
    if any(token.kind is not Kind.EMOJI and shouted(text, token) for token in tokens):
        found.append(Piece(CAPITALS, -1))
    few = sum(token.spoken for token in tokens) <= FEW_WORDS
    for i, token in enumerate(tokens):
        if len(found) >= longest:
            break
        if token.kind is Kind.EMOJI and not few:
            continue
        name = named(token)
        if token.kind is Kind.EMOJI:
            found.append(Piece(vocabulary.numbers.get(name, UNKNOWN), i))
            continue
        found.extend(Piece(number, i) for number in _split(vocabulary, name, longest))
        if token.short:
            found.append(Piece(LONG, i))
    return found[:longest]


def named(token: Token) -> str:
    """By which name a token is looked up."""
    name = token.short or token.text
    return ALIKE.get(name, name)


def _split(vocabulary: Vocabulary, name: str, most: int) -> Iterator[int]:
    numbers, widest = vocabulary.numbers, vocabulary.widest
    start = count = 0
    while start < len(name) and count < most:
        prefix = INSIDE if start else ""
        for end in range(min(len(name), start + widest), start, -1):
            number = numbers.get(prefix + name[start:end])
            if number is not None:
                break
        else:
            number, end = UNKNOWN, start + 1
        yield number
        start, count = end, count + 1
