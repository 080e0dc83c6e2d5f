"""Tokens to the features of the linear reader, as whole numbers. Twin of web/reader_features.js.

A feature is the CRC-32 of its name in UTF-8, and how much it counts. Words within the reach of a
negation are features of their own; what stands before a "but" counts half; emoji count where words
are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zlib import crc32

from attrs import frozen

from mien.reading.tokens import Kind, Token, shouted

FEW_WORDS = 3
"""Up to so many words, emoji count too: with more, words are right far more often than they."""

MOST_LETTERS = 1000
"""So much of a word is looked at in pieces: no word is as long, but a file without spaces is."""

_REACH = 4
_NEGATIONS = frozenset(
    "not no never none nothing nobody neither nor without cannot cant dont doesnt didnt isnt wasnt"  # noqa: SIM905
    " arent werent wont wouldnt couldnt shouldnt hardly barely stop stopped".split()
)
_AFTER = ("않", "없", "못")
_BEFORE = frozenset(("안", "못", "별로", "전혀"))
_CONTRASTS = frozenset(
    "but however though although 하지만 그러나 그런데 근데 그래도".split()  # noqa: SIM905
)
_CONTRAST_END = "지만"
ALIKE = {
    **dict.fromkeys(("he", "she"), "they"),
    **dict.fromkeys(("him", "her", "his", "hers", "their", "theirs"), "them"),
    **dict.fromkeys(("himself", "herself"), "themselves"),
    "he's": "they's",
    "she's": "they's",
    "he'd": "they'd",
    "she'd": "they'd",
    "he'll": "they'll",
    "she'll": "they'll",
    "woman": "man",
    "women": "men",
    "girl": "boy",
    "girls": "boys",
    "lady": "gentleman",
    "wife": "husband",
    "girlfriend": "boyfriend",
    "sister": "brother",
    "daughter": "son",
    "mother": "father",
    "mom": "dad",
    "mum": "dad",
    "grandma": "grandpa",
    "aunt": "uncle",
}
"""Words that are counted as others, so that whom a text is about does not move its label."""

_WORD, _PAIR, _TRIPLE, _PIECE, _QUESTION, _EMOJI, _FLAG = 8, 6, 4, 2, 4, 16, 4


@frozen
class Feature:
    """A feature: its number, how much it counts, and the tokens ``[first, last]`` it is made of."""

    number: int
    count: int
    first: int
    last: int


def features_of(text: str, tokens: Sequence[Token]) -> list[Feature]:
    """The features of the `normal` text whose tokens are given, in one order."""
    return list(_features(text, tokens))


def _features(text: str, tokens: Sequence[Token]) -> Iterator[Feature]:
    names = [ALIKE.get(token.text, token.text) for token in tokens]
    words = sum(token.spoken for token in tokens)
    said = [i for i, token in enumerate(tokens) if token.kind is not Kind.EMOJI]
    negated = _negated(tokens)
    halved = _before_contrast(tokens)
    asked = _asked(tokens)

    def made(name: str, count: int, first: int, last: int) -> Feature:
        share = count // 2 if first < halved else count
        return Feature(crc32(name.encode()), share, first, last)

    for position, i in enumerate(said):
        token = tokens[i]
        name = names[i]
        if i in negated:
            yield made(f"n:{name}", _WORD, i, i)
            for piece in _stems(token.kind, name):
                yield made(f"m:{piece}", _PIECE, i, i)
        else:
            yield made(f"u:{name}", _WORD, i, i)
            for piece in _pieces(token.kind, name):
                yield made(f"c:{piece}", _PIECE, i, i)
            if token.short:
                yield made(f"u:{token.short}", _WORD, i, i)
        if token.short:
            yield made("f:long", _FLAG, i, i)
        if i in asked and token.spoken:
            yield made(f"q:{name}", _QUESTION, i, i)
        if position:
            before = said[position - 1]
            yield made(f"b:{names[before]} {name}", _PAIR, before, i)
        if position > 1:
            first, before = said[position - 2], said[position - 1]
            triple = f"t:{names[first]} {names[before]} {name}"
            yield made(triple, _TRIPLE, first, i)
    loud = next((i for i in said if shouted(text, tokens[i])), None)
    if loud is not None:
        yield made("f:capitals", _FLAG, loud, loud)
    if words <= FEW_WORDS:
        for i, token in enumerate(tokens):
            if token.kind is Kind.EMOJI:
                yield Feature(crc32(f"e:{token.text}".encode()), _EMOJI, i, i)


def _pieces(kind: Kind, name: str) -> Iterator[str]:
    """Runs of letters within a word: of three to five, with its ends; of Hangul one to three."""
    name = name[:MOST_LETTERS]
    if kind is Kind.HANGUL:
        for size in (1, 2, 3):
            for start in range(len(name) - size + 1):
                yield name[start : start + size]
    elif kind is Kind.WORD and len(name) > 3:
        bounded = f"<{name}>"
        for size in (3, 4, 5):
            for start in range(len(bounded) - size + 1):
                yield bounded[start : start + size]


def _stems(kind: Kind, name: str) -> Iterator[str]:
    """Beginnings of a negated word, which it shares with its other forms."""
    least = 1 if kind is Kind.HANGUL else 4
    for size in range(least, min(len(name), least + 3)):
        yield name[:size]


def _negated(tokens: Sequence[Token]) -> set[int]:
    """The words in the reach of a negation: up to four after it, within a clause.

    A negation in the reach of another undoes it: "can't stop laughing".
    """
    found: set[int] = set()
    left = 0
    for i, token in enumerate(tokens):
        name = token.text
        if token.kind is Kind.MARK or _contrasts(token):
            left = 0
        elif name in _NEGATIONS or name.endswith("n't") or name in _BEFORE:
            reach = 1 if name in _BEFORE else _REACH
            left = 0 if left else reach
        elif token.kind is Kind.HANGUL and name.startswith(_AFTER):
            if i and tokens[i - 1].kind is Kind.HANGUL:
                found.add(i - 1)
        elif left and token.spoken:
            found.add(i)
            left -= 1
    return found


def _before_contrast(tokens: Sequence[Token]) -> int:
    """The place of the last "but" that something follows; 0 where there is none."""
    last = 0
    for i, token in enumerate(tokens[:-1]):
        if _contrasts(token):
            last = i
    return last


def _contrasts(token: Token) -> bool:
    ends = token.kind is Kind.HANGUL and token.text.endswith(_CONTRAST_END)
    return token.text in _CONTRASTS or ends


def _asked(tokens: Sequence[Token]) -> set[int]:
    """The tokens of sentences that end in a question mark."""
    found: set[int] = set()
    start = 0
    for i, token in enumerate(tokens):
        if token.kind is Kind.MARK and token.text[0] in "?!.\u2026":
            if "?" in token.text:
                found.update(range(start, i))
            start = i + 1
    return found
