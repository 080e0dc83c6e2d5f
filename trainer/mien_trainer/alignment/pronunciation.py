"""How English text is said: its words, and the phonemes of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from attrs import frozen

from mien_trainer.alignment.numerals import below_hundred, digits
from mien_trainer.alignment.sphinx import model_folder
from mien_trainer.speech import SpeechRefusedError

OWN = Path(__file__).resolve().parents[1] / "data" / "pronunciations.txt"
"""The words of our own."""


@frozen(kw_only=True)
class Dictionary:
    """Words in lower case, each with its pronunciations in ARPABET, the usual one first.

    ``own`` are those among ``words`` that the recogniser's dictionary lacks.
    """

    words: Mapping[str, tuple[tuple[str, ...], ...]]
    own: Mapping[str, tuple[str, ...]]

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def phonemes(self, word: str) -> tuple[str, ...]:
        """The usual pronunciation of a word that is in it."""
        return self.words[word][0]


@cache
def english_dictionary() -> Dictionary:
    """The dictionary of the recogniser's English, with our own words.

    Raises:
        SpeechUnavailableError: the recogniser is not installed.
    """
    words: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for word, phonemes in _entries(model_folder() / "cmudict-en-us.dict"):
        words[word.partition("(")[0]].append(phonemes)
    own = {word: phonemes for word, phonemes in _entries(OWN) if word not in words}
    for word, phonemes in own.items():
        words[word].append(phonemes)
    return Dictionary(words={word: tuple(ways) for word, ways in words.items()}, own=own)


def _entries(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words as written, further pronunciations as ``word(2)``, and the phonemes of each."""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phonemes = line.split() or ["#"]
        if not word.startswith("#"):
            yield word, tuple(phonemes)


_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"\d+(?:st|nd|rd|th)\b|\d[\d,]*(?:\.\d+)?|(?:{_LETTER}|')(?:{_LETTER}|['.])*|[*#@&%+$\u00a3\u20ac]"
)
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
_SIGNS = {"*": "star", "#": "pound", "@": "at", "&": "and", "%": "percent", "+": "plus"}


class UnspeakableTextError(SpeechRefusedError):
    """A text holds no words, or one whose pronunciation is not known; the message says which."""


class UnknownWordError(UnspeakableTextError):
    """No pronunciation is known for ``word``."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(f"no pronunciation is known for {word!r}")


Guess = Callable[[str], tuple[str, ...]]
"""A pronunciation in ARPABET of a word in lower case, by its letters; () where it has none."""


def with_guesses(text: str, dictionary: Dictionary, guess: Guess) -> Dictionary:
    """A dictionary in which every word of ``text`` is, by a guess where ``dictionary`` lacks it.

    Raises:
        UnknownWordError: of a word nothing can be guessed.
    """
    while True:
        try:
            words_of(text, dictionary)
        except UnknownWordError as error:
            word = error.word.lower()
            phonemes = guess(word)
            if not phonemes:
                raise
            dictionary = Dictionary(
                words={**dictionary.words, word: (phonemes,)},
                own={**dictionary.own, word: phonemes},
            )
        else:
            return dictionary


def spoken_words(text: str, dictionary: Dictionary) -> tuple[str, ...]:
    """The words of ``dictionary`` that a reader of ``text`` says.

    Asides in ``[ ]``, ``( )`` and ``< >`` are not said. Numbers become words, signs their names as
    on a telephone; capitals that are no word are spelled out, and so are the parts of an address.

    Raises:
        UnspeakableTextError: nothing is said, or a word is not in the dictionary.
    """
    words = words_of(text, dictionary)
    if not words:
        raise UnspeakableTextError(f"its text says no words: {text.strip()!r}")
    return words


def words_of(text: str, dictionary: Dictionary) -> tuple[str, ...]:
    """As `spoken_words`, of a text that may say nothing.

    Raises:
        UnknownWordError: a word is not in the dictionary.
    """
    tokens = _TOKEN.findall(without_asides(text))
    return tuple(word for token in tokens for word in _words(token, dictionary))


def without_asides(text: str) -> str:
    """What is said of ``text``, with the quotes and dashes of typewriters."""
    return _ASIDE.sub(" ", text.translate(_QUOTES))


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
    raise UnknownWordError(word)


def _stopped(parts: Sequence[str], dictionary: Dictionary) -> list[str]:
    """Initials, whose stops are not said, or an address, whose dots are."""
    dot = ["dot"] if len(parts[-1]) > 1 else []
    words = [[*dot, *_words(part, dictionary)] for part in parts]
    return [word for said in words for word in said][len(dot) :]


def spoken_number(figures: str) -> list[str]:
    """The words of a number written in digits, with or without a decimal point.

    Up to 99 it is a number, round hundreds and thousands are such, and the rest are digits, as
    codes are read: 42 is forty two, 500 five hundred, 1234 one two three four.
    """
    whole, point, decimals = figures.partition(".")
    words = _whole(whole)
    if point:
        words += ["point", *digits(decimals)]
    return words


def _whole(figures: str) -> list[str]:
    if len(figures) > 1 and figures.startswith("0"):
        return digits(figures)
    number = int(figures)
    if number < 100:
        return below_hundred(number)
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number % size == 0 and number // size < 100:
            return [*_whole(str(number // size)), name]
    return digits(figures)
