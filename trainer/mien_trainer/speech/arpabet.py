"""American English phonemes as CMU's tools write them, in IPA."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from mien_trainer.speech.utterance import SILENCE

_VOWELS = {
    "aa": "ɑː",
    "ae": "æ",
    "ah": "ʌ",
    "ao": "ɔː",
    "aw": "aʊ",
    "ax": "ə",
    "axr": "ɚ",
    "ay": "aɪ",
    "eh": "ɛ",
    "er": "ɚ",
    "ey": "eɪ",
    "ih": "ɪ",
    "ix": "ɪ",
    "iy": "iː",
    "ow": "oʊ",
    "oy": "ɔɪ",
    "uh": "ʊ",
    "uw": "uː",
    "ux": "uː",
}
_CONSONANTS = {
    "b": "b",
    "ch": "tʃ",
    "d": "d",
    "dh": "ð",
    "dx": "ɾ",
    "el": "əl",
    "em": "m",
    "en": "n",
    "f": "f",
    "g": "ɡ",
    "hh": "h",
    "hv": "h",
    "jh": "dʒ",
    "k": "k",
    "l": "l",
    "m": "m",
    "n": "n",
    "ng": "ŋ",
    "nx": "ɾ",
    "p": "p",
    "r": "ɹ",
    "s": "s",
    "sh": "ʃ",
    "t": "t",
    "th": "θ",
    "v": "v",
    "w": "w",
    "wh": "w",
    "y": "j",
    "z": "z",
    "zh": "ʒ",
}
_PAUSES = ("pau", "sil", "ssil", "h#", "brth")

IPA = {**_VOWELS, **_CONSONANTS, **dict.fromkeys(_PAUSES, SILENCE)}
"""Lower-case ARPAbet, without stress digits, to IPA."""


def to_ipa(phone: str) -> str:
    """The IPA of one ARPAbet phone in any case, its stress digit ignored.

    Raises:
        KeyError: there is no such phone.
    """
    return IPA[phone.lower().rstrip("012")]
