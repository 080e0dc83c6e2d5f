"""A transcript as it is read aloud: the words that an aligner looks for, and how each may sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from mien_trainer.alignment.pronunciation import (
    Dictionary,
    Guess,
    UnspeakableTextError,
    with_guesses,
    without_asides,
    words_of,
)
from mien_trainer.alignment.written import Ways, folded, plain, written_tokens

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


@frozen(kw_only=True)
class Aloud:
    """The ``words`` of a text, all of which are in ``dictionary``.

    What is spelled in figures or signs is one word, with a pronunciation for each way of saying it.
    ``guessed`` are those whose pronunciation is guessed.
    """

    words: tuple[str, ...]
    dictionary: Dictionary
    guessed: tuple[str, ...]


def words_aloud(text: str, dictionary: Dictionary, guess: Guess) -> Aloud:
    """How ``text`` is read aloud; what no dictionary has sounds as ``guess`` has it.

    Raises:
        UnspeakableTextError: nothing is said, or a word of which nothing can be guessed.
    """
    said = plain(without_asides(text))
    pieces = list(_pieces(said, dictionary))
    known = _with_ways(dictionary, {piece: ways for piece, ways in pieces if ways})
    known = _with_accents(known, said)
    words: list[str] = []
    found = known
    for piece, ways in pieces:
        if not ways:
            found = with_guesses(piece, found, lambda word: guess(_bare(word)))
        words += [piece] if ways else words_of(piece, found)
    if not words:
        raise UnspeakableTextError(f"its text says no words: {text.strip()!r}")
    guessed = tuple(word for word in found.own if word not in known)
    return Aloud(words=tuple(words), dictionary=found, guessed=guessed)


def _pieces(text: str, dictionary: Dictionary) -> Iterator[tuple[str, Ways]]:
    """Text of words, and tokens that are a word each, by what the dictionary calls them.

    What is said in one way alone is the words that are said, between which may be pauses.
    """
    for token, ways in written_tokens(text):
        if len(ways) > 1 or (ways and token.rstrip(".")[-1].isalpha() and len(token.split()) == 1):
            yield _named(token, dictionary), ways
        else:
            yield " ".join(ways[0]) if ways else token, ()


def _named(token: str, dictionary: Dictionary) -> str:
    """A token as one word, which the recogniser does not have with ways of its own, as "e.g."."""
    name = "_".join(token.casefold().split())
    while name in dictionary and name not in dictionary.own:
        name = name[:-1] if name.endswith(".") else f"{name}_"
    return name


def _bare(word: str) -> str:
    """Without accents, where that leaves letters that English has."""
    bare = folded(word)
    return bare if bare.isascii() else word


def _with_ways(dictionary: Dictionary, written: Mapping[str, Ways]) -> Dictionary:
    return _with(
        dictionary,
        {
            token: tuple(
                tuple(phone for word in way for phone in dictionary.phonemes(word)) for way in ways
            )
            for token, ways in written.items()
        },
    )


def _with_accents(dictionary: Dictionary, text: str) -> Dictionary:
    """With words of ``text`` that the dictionary has without their accents."""
    words = {found.lower() for found in _WORD.findall(text)}
    new = {word: _bare(word) for word in sorted(words) if word not in dictionary}
    return _with(
        dictionary,
        {word: dictionary.words[bare] for word, bare in new.items() if bare in dictionary},
    )


def _with(dictionary: Dictionary, added: Mapping[str, Ways]) -> Dictionary:
    if not added:
        return dictionary
    return Dictionary(
        words={**dictionary.words, **added},
        own={**dictionary.own, **{word: ways[0] for word, ways in added.items()}},
    )
