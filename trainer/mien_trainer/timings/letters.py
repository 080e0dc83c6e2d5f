"""The sounds of written English letters, for services that time letters and no sounds.

Rules for lips, not for ears: what matters is which letters close the lips, touch the teeth or round
the mouth, and when. The times are the letters' own.
"""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from collections.abc import Sequence

from mien.text.node import Place
from mien_trainer.phonemes import to_ipa
from mien_trainer.timings.timed import Mark

# fmt: off
_GROUPS = {
    "tch": "tʃ", "sch": "ʃ", "igh": "aɪ", "ough": "ɔ", "augh": "ɔ", "eau": "o",
    "ch": "tʃ", "sh": "ʃ", "th": "θ", "ph": "f", "wh": "w", "gh": "", "kn": "n", "wr": "ɹ",
    "ck": "k", "ng": "ŋ", "qu": "kw", "oo": "u", "ee": "i", "ea": "i", "ou": "aʊ",
    "ow": "oʊ", "oi": "ɔɪ", "oy": "ɔɪ", "ai": "eɪ", "ay": "eɪ", "au": "ɔ", "aw": "ɔ",
    "ie": "i", "ey": "i", "ew": "u", "oa": "oʊ", "ue": "u", "er": "ɚ", "ir": "ɚ", "ur": "ɚ",
}
_LETTERS = {
    "a": "æ", "b": "b", "c": "k", "d": "d", "e": "ɛ", "f": "f", "g": "ɡ", "h": "h",
    "i": "ɪ", "j": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n", "o": "ɒ", "p": "p",
    "q": "k", "r": "ɹ", "s": "s", "t": "t", "u": "ʌ", "v": "v", "w": "w", "x": "ks",
    "y": "i", "z": "z", "ä": "ɛ", "ö": "ø", "ü": "y", "é": "e", "è": "ɛ", "ç": "s", "ñ": "ɲ",
}
_ARPABET = {
    **{
        to_ipa(name).removesuffix("ː"): name.upper()
        for name in (
            "aa", "ae", "ah", "ao", "aw", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g",
            "hh", "ih", "iy", "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t",
            "th", "uh", "uw", "v", "w", "y", "z", "zh",
        )
    },
    "ɒ": "AA", "o": "OW", "e": "EY", "ə": "AH", "ø": "ER", "y": "UW", "ɲ": "N",
}
"""The recogniser's sounds, and those nearest to what the letters say beside them."""
# fmt: on
_SOFTENING = "eiy"
_WIDEST = max(map(len, _GROUPS))
_DOUBLED = "bcdfgklmnprstz"


def sounds_of_letters(word: Sequence[Mark]) -> list[Mark]:
    """The sounds of a word's letters, each with the times of the letters that it is written with.

    A letter of another script has the shape of a half open vowel.
    """
    said = "".join(mark.text[0].lower() for mark in word)
    sounds: list[Mark] = []
    at = 0
    while at < len(said):
        size, sound = _next(said, at)
        if sound:
            last = word[at + size - 1]
            sounds.append(
                Mark(text=sound, start=word[at].start, end=last.end, place=word[at].place)
            )
        elif sounds and said[at].isalpha():  # silent: the sound before goes on
            before = sounds.pop()
            sounds.append(
                Mark(text=before.text, start=before.start, end=word[at].end, place=before.place)
            )
        at += size
    return sounds


def arpabet_of_letters(word: str) -> tuple[str, ...]:
    """A guess in ARPABET, without stresses, at how a word is said; () where it has no letters."""
    marks = [Mark(text=letter, start=0.0, end=0.0, place=_NOWHERE) for letter in word]
    found: list[str] = []
    for mark in sounds_of_letters(marks):
        said = mark.text
        while said:
            size = 2 if said[:2] in _ARPABET else 1
            found.append(_ARPABET[said[:size]])
            said = said[size:]
    return tuple(found)


_NOWHERE = Place("")


def _next(said: str, at: int) -> tuple[int, str]:
    """How many letters the next sound is written with, and the sound; "" where it is silent."""
    for size in range(min(_WIDEST, len(said) - at), 1, -1):
        if said[at : at + size] in _GROUPS:
            return size, _GROUPS[said[at : at + size]]
    letter, following = said[at], said[at + 1 : at + 2]
    if letter in ("'", "\u2019"):
        return 1, ""
    if letter == following and letter in _DOUBLED:
        return 2, _LETTERS[letter]
    if letter == "c" and following and following in _SOFTENING:
        return 1, "s"
    if letter == "y" and at == 0:
        return 1, "j"
    if letter == "e" and not following and at > 1:
        return 1, ""
    return 1, _LETTERS.get(letter, "ə")
