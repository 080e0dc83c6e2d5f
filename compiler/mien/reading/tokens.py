"""Text to the tokens that a reader counts. The twin of web/reader_tokens.js, token for token.

Only letters of Latin script and Hangul make words, so that a text of another script has none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum

from attrs import frozen

MOST_TOKENS = 1000
"""So many are read of one text; what comes after them changes nothing."""

_UPPER = re.compile("[A-Z\u00c0-\u024f]")
_JOINERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_QUOTES = re.compile("[\u2018\u2019\u02bc]")
_LONG = re.compile(r"([a-z!?\u3131-\u318e])\1{2,}")
_TOKEN = re.compile(
    "(?P<face>(?<![a-z0-9])(?:[:;=]'?-?[)(dpo/|*]+|x+d+|<3+|\\^_*\\^|t_t|;_;)(?![a-z0-9]))"
    "|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001faff])"
    "|(?P<word>[a-z0-9\u00df-\u00f6\u00f8-\u024f]+(?:'[a-z]+)*)"
    "|(?P<hangul>[\uac00-\ud7a3]+|[\u3131-\u318e]+)"
    '|(?P<mark>[!?]+|\\.\\.+|\u2026|[.,;:()"])'
)


LATIN, HANGUL = 0, 1


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    HANGUL = "hangul"
    EMOJI = "emoji"
    MARK = "mark"


@frozen
class Token:
    """A token: its kind, how it is counted, and where it stands in the text, ``[start, end)``.

    ``short`` is the text with letters said once that were said three times or more, "" where none
    were.
    """

    kind: Kind
    text: str
    start: int
    end: int
    short: str = ""

    @property
    def spoken(self) -> bool:
        """Whether it is a word."""
        return self.kind in (Kind.WORD, Kind.HANGUL)


def tokens_of(text: str) -> list[Token]:
    """The first `MOST_TOKENS` tokens of ``text``, in small letters.

    Letters said three times or more are said twice. Places are those in the text in Unicode's
    normal form C with joiners left out.
    """
    plain = normal(text)
    lower = _UPPER.sub(lambda found: found[0].lower(), plain)
    if len(lower) != len(plain):  # a letter that is two in small: places would shift
        plain = lower
    found: list[Token] = []
    for match in _TOKEN.finditer(lower):
        group = match.lastgroup or ""
        kind = Kind.EMOJI if group == "face" else Kind(group)
        counted = _LONG.sub(r"\1\1", match[0])
        if kind is Kind.MARK and counted.startswith(".."):
            counted = "\u2026"
        short = _LONG.sub(r"\1", match[0]) if kind is Kind.WORD else ""
        short = "" if short == match[0] else short
        found.append(Token(kind, counted, match.start(), match.end(), short))
        if len(found) == MOST_TOKENS:
            break
    return found


def normal(text: str) -> str:
    """The text that tokens have their places in."""
    return _QUOTES.sub("'", _JOINERS.sub("", unicodedata.normalize("NFC", text)))


def shouted(text: str, token: Token) -> bool:
    """Whether a word of three letters or more stands in capitals in the `normal` text."""
    written = text[token.start : token.end]
    return len(written) > 2 and written.isascii() and written.isalpha() and written.isupper()


def script_of(tokens: Sequence[Token]) -> int:
    """The position in `mien.reading.weights.SCRIPTS`: that of most words, Latin where even."""
    hangul = sum(token.kind is Kind.HANGUL for token in tokens)
    latin = sum(token.kind is Kind.WORD for token in tokens)
    return HANGUL if hangul > latin else LATIN
