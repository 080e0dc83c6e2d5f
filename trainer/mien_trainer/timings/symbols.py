"""The names that programs give to sounds and mouth shapes, as IPA that has the same shape.

A viseme stands for several sounds; the one that is named here is any of them, since only its shape
matters. Sets are told apart by their names alone: a file is of the first set that knows all of its.
"""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import IPA, SILENCE

PAUSES = frozenset({"", "_", "sil", "sp", "spn", "pau", "<eps>", "<sil>", "#", "h#", "silence"})
"""What stands for a pause in every set, in lower case."""


@frozen(kw_only=True)
class SymbolSet:
    """A set of names: what people call it, and the IPA of each name."""

    title: str
    sounds: Mapping[str, str]

    def ipa(self, symbol: str) -> str | None:
        """The IPA of a name, a pause's included; None where the set has no such name."""
        if symbol.lower() in PAUSES:
            return SILENCE
        return self.sounds.get(symbol)


def _arpabet() -> dict[str, str]:
    stresses = ("", "0", "1", "2")
    return {f"{name.upper()}{stress}": ipa for name, ipa in IPA.items() for stress in stresses}


ARPABET = SymbolSet(title="ARPAbet", sounds=_arpabet())

# fmt: off
OCULUS = SymbolSet(
    title="Oculus visemes",
    sounds={
        "PP": "p", "FF": "f", "TH": "θ", "DD": "t", "kk": "k", "CH": "ʃ", "SS": "s",
        "nn": "n", "RR": "ɹ", "aa": "ɑ", "E": "ɛ", "ih": "ɪ", "oh": "o", "ou": "u",
        "I": "ɪ", "O": "o", "U": "u",
    },
)
"""OpenXR's XrFaceTrackingVisemeMETA; the last three are Ready Player Me's names."""

RHUBARB = SymbolSet(
    title="Rhubarb's mouth shapes",
    sounds={
        "A": "p", "B": "s", "C": "ɛ", "D": "ɑ", "E": "ɔ", "F": "u", "G": "f", "H": "l",
        "X": SILENCE,
    },
)
"""Rhubarb Lip Sync's README: A closed, B clenched teeth, C open, D wide open, E slightly rounded, F
puckered, G upper teeth on the lower lip, H the tongue of a long L, X idle."""

AZURE = SymbolSet(
    title="Azure's viseme numbers",
    sounds={
        "0": SILENCE, "1": "ʌ", "2": "ɑ", "3": "ɔ", "4": "ɛ", "5": "ɝ", "6": "i", "7": "u",
        "8": "o", "9": "aʊ", "10": "ɔɪ", "11": "aɪ", "12": "h", "13": "ɹ", "14": "l",
        "15": "s", "16": "ʃ", "17": "ð", "18": "f", "19": "t", "20": "k", "21": "p",
    },
)
"""Microsoft's table of viseme ids and IPA in "Get facial position with viseme"."""

POLLY = SymbolSet(
    title="Polly's visemes",
    sounds={
        "p": "p", "t": "t", "S": "ʃ", "T": "θ", "f": "f", "k": "k", "r": "ɹ", "s": "s",
        "i": "i", "u": "u", "@": "ə", "a": "a", "e": "e", "E": "ɛ", "o": "o", "O": "ɔ",
    },
)
"""The column "Viseme" of Amazon's tables of phonemes and visemes."""

MBROLA = SymbolSet(
    title="MBROLA's phonemes",
    sounds={
        "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "g": "ɡ", "f": "f", "v": "v",
        "T": "θ", "D": "ð", "s": "s", "z": "z", "S": "ʃ", "Z": "ʒ", "h": "h", "m": "m",
        "n": "n", "N": "ŋ", "l": "l", "r": "ɹ", "w": "w", "j": "j", "tS": "tʃ", "dZ": "dʒ",
        "I": "ɪ", "e": "ɛ", "{": "æ", "Q": "ɒ", "V": "ʌ", "U": "ʊ", "@": "ə", "i": "i",
        "i:": "iː", "u": "u", "u:": "uː", "A:": "ɑː", "A": "ɑ", "O:": "ɔː", "O": "ɔ",
        "3:": "ɜː", "r=": "ɚ", "E": "ɛ", "a": "a", "o": "o", "4": "ɾ", "E@": "ɛə", "U@": "ʊə",
        "eI": "eɪ", "EI": "eɪ", "aI": "aɪ", "AI": "aɪ", "OI": "ɔɪ", "@U": "əʊ", "oU": "oʊ",
        "aU": "aʊ", "I@": "ɪə", "e@": "ɛə", "y": "y", "2": "ø", "9": "œ", "x": "x", "C": "ç",
    },
)
"""SAMPA, as the English, German and French voices of MBROLA spell it; espeak-ng writes them."""


# fmt: on
class _Ipa(SymbolSet):
    """Every text whose sounds the table of visemes knows."""

    def ipa(self, symbol: str) -> str | None:
        if symbol.lower() in PAUSES:
            return SILENCE
        return None if shipped_table().read(symbol).unknown else symbol


class _AnyCase(SymbolSet):
    """Names in small letters or in both, as TIMIT has them."""

    def ipa(self, symbol: str) -> str | None:
        return super().ipa(symbol.upper())


ARPABET_SMALL = _AnyCase(title="ARPAbet", sounds=ARPABET.sounds)

IPA_TEXT = _Ipa(title="IPA", sounds={})

ANY = (ARPABET, OCULUS, RHUBARB, ARPABET_SMALL, IPA_TEXT)
"""The sets of files that do not say which they are of, in the order in which they are tried."""


_WORD = re.compile(r"[a-z]{2,}(?:'[a-z]+)?|[aio]", re.IGNORECASE)


def are_words(names: Iterable[str]) -> bool:
    """Whether names look like English words: none is a single sound's letter, some are longer."""
    said = [name for name in names if name.lower() not in PAUSES]
    return any(len(name) > 2 for name in said) and all(_WORD.fullmatch(name) for name in said)


def set_of(symbols: Iterable[str], known: tuple[SymbolSet, ...] = ANY) -> SymbolSet:
    """The first of the sets that knows all symbols, else the one that knows most of them.

    Small letters are ARPAbet's only where all are.
    """
    distinct = set(symbols)
    unknown = [sum(one.ipa(symbol) is None for symbol in distinct) for one in known]
    fit = [
        (count, at)
        for at, (one, count) in enumerate(zip(known, unknown, strict=True))
        if not count or one is not ARPABET_SMALL
    ]
    return known[min(fit)[1]]
