"""What the lips do for a phoneme: what previews colour it by."""

from __future__ import annotations

from enum import Enum

from mien_trainer.phonemes import SILENCE


class Kind(Enum):
    """By what shows."""

    PAUSE = "pause"
    CLOSED = "closed"
    TEETH = "teeth"
    VOWEL = "vowel"
    OTHER = "other"


_VOWELS = frozenset("aeiouyæɑɐɒɔəɚɛɜɝɪɨʊʉʌøœɯɤɵɞᵻ")  # noqa: RUF001  IPA's own letters
_STRESS = "ˈˌ"


def kind_of(symbol: str) -> Kind:
    """The kind of a phoneme in IPA, or of a pause."""
    letter = symbol.lstrip(_STRESS)[:1]
    if symbol == SILENCE:
        return Kind.PAUSE
    if letter in ("p", "b", "m"):
        return Kind.CLOSED
    if letter in ("f", "v"):
        return Kind.TEETH
    return Kind.VOWEL if letter in _VOWELS else Kind.OTHER
