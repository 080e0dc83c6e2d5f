"""What a transcript's text sounds like: the words of the dictionary that are said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mien_trainer.speech.dictionary import Dictionary
from mien_trainer.speech.source import SpeechRefused
from mien_trainer.speech.spoken_number import spoken_number

_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"\d+(?:st|nd|rd|th)\b|\d[\d,]*(?:\.\d+)?|(?:{_LETTER}|')(?:{_LETTER}|['.])*|[*#@&%+$\u00a3\u20ac]"
)
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
_SIGNS = {
    "*": "star",
    "#": "pound",
    "@": "at",
    "&": "and",
    "%": "percent",
    "+": "plus",
}


class UnspeakableText(SpeechRefused):
    """A text holds no words, or one whose pronunciation is not known; the message says which."""


def spoken_words(text: str, dictionary: Dictionary) -> tuple[str, ...]:
    """The words of ``dictionary`` that a reader of ``text`` says.

    Asides in ``[ ]``, ``( )`` and ``< >`` are not said. Numbers become words, signs their names as
    on a telephone; capitals that are no word are spelled out, and so are the parts of an address.

    Raises:
        UnspeakableText: nothing is said, or a word is not in the dictionary.
    """
    said = _ASIDE.sub(" ", text.translate(_QUOTES))
    words = [word for token in _TOKEN.findall(said) for word in _words(token, dictionary)]
    if not words:
        raise UnspeakableText(f"its text says no words: {text.strip()!r}")
    return tuple(words)


def _words(token: str, dictionary: Dictionary) -> list[str]:
    if re.fullmatch(r"[\d.,]+", token):
        return spoken_number(token.replace(",", ""))
    if token in _SIGNS:
        return [_SIGNS[token]]
    for word in (token.rstrip("."), token.strip("'."), token):
        if word.lower() in dictionary:
            return [word.lower()]
    if "." in token.strip("."):
        return _stopped([part for part in token.split(".") if part], dictionary)
    word = token.strip("'.")
    if (word.isascii() and word.isupper()) or re.fullmatch(r"[b-df-hj-np-tv-xz]+", word):
        return [f"{letter}." for letter in word.lower() if letter.isalpha()]
    if not word:
        return []
    raise UnspeakableText(f"no pronunciation is known for {word!r}")


def _stopped(parts: Sequence[str], dictionary: Dictionary) -> list[str]:
    """Initials, whose stops are not said, or an address, whose dots are."""
    dot = ["dot"] if len(parts[-1]) > 1 else []
    words = [[*dot, *_words(part, dictionary)] for part in parts]
    return [word for said in words for word in said][len(dot) :]
