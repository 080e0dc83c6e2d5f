"""Phonemes, and the times at which they are said."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

SILENCE = "_"
"""The symbol of a pause."""


@frozen(kw_only=True)
class Phoneme:
    """A phoneme (IPA, or ``SILENCE``) and its interval in seconds from the start of the audio."""

    symbol: str
    start: float
    end: float


@frozen(kw_only=True)
class SpokenWord:
    """A word and its moments in seconds."""

    text: str
    start: float
    end: float


def intervals(marks: Iterable[tuple[float, str]], seconds: float) -> tuple[Phoneme, ...]:
    """Phonemes from where each begins, in seconds; each lasts until the next or the end.

    What comes before the first is silence. Silences that meet are one; empty ones are left out.
    """
    phonemes: list[Phoneme] = []
    for start, symbol in [(0.0, SILENCE), *sorted(marks, key=lambda mark: mark[0])]:
        start = min(start, seconds)
        if phonemes:
            phonemes[-1] = evolve(phonemes[-1], end=start)
            if phonemes[-1].symbol == SILENCE and (
                symbol == SILENCE or phonemes[-1].start == start
            ):
                start = phonemes.pop().start
        phonemes.append(Phoneme(symbol=symbol, start=start, end=seconds))
    if phonemes[-1].symbol == SILENCE and phonemes[-1].start == seconds:
        phonemes.pop()
    return tuple(phonemes)


def without_empty(phonemes: Iterable[Phoneme]) -> tuple[Phoneme, ...]:
    """Those that last; silences that meet by it are one."""
    kept: list[Phoneme] = []
    for phoneme in phonemes:
        if phoneme.end <= phoneme.start:
            continue
        if kept and kept[-1].symbol == phoneme.symbol == SILENCE:
            kept[-1] = evolve(kept[-1], end=phoneme.end)
        else:
            kept.append(phoneme)
    return tuple(kept)


# fmt: off
_VOWELS = {
    "aa": "ɑː", "ae": "æ", "ah": "ʌ", "ao": "ɔː", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ",
    "eh": "ɛ", "er": "ɚ", "ey": "eɪ", "ih": "ɪ", "ix": "ɪ", "iy": "iː", "ow": "oʊ", "oy": "ɔɪ",
    "uh": "ʊ", "uw": "uː", "ux": "uː",
}
_CONSONANTS = {
    "b": "b", "ch": "tʃ", "d": "d", "dh": "ð", "dx": "ɾ", "el": "əl", "em": "m", "en": "n",
    "f": "f", "g": "ɡ", "hh": "h", "hv": "h", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "ng": "ŋ", "nx": "ɾ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ", "v": "v",
    "w": "w", "wh": "w", "y": "j", "z": "z", "zh": "ʒ",
}
# fmt: on
_PAUSES = ("pau", "sil", "ssil", "h#", "brth")

IPA = {**_VOWELS, **_CONSONANTS, **dict.fromkeys(_PAUSES, SILENCE)}
"""Lower-case ARPAbet, without stress digits, to IPA."""


def to_ipa(phone: str) -> str:
    """The IPA of one ARPAbet phone in any case, its stress digit ignored.

    Raises:
        KeyError: there is no such phone.
    """
    return IPA[phone.lower().rstrip("012")]
