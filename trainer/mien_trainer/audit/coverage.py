"""What a set has of everything: phonemes, VAD points, levels of sound."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mien_trainer.alignment.voice_activity import SPOKEN
from mien_trainer.audit.statistics import I64
from mien_trainer.frames import F32
from mien_trainer.phonemes import SILENCE
from mien_trainer.targets.clip import Clip

CELLS = 20
"""Cells of a VAD map a side: 0.1 of an axis each."""

LEVELS = (-19.0, 7.0, 52)
"""The histogram of mel levels: from, to, and how many bins."""

CONSONANTS = (
    *("p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ", "f", "v", "θ", "ð", "s", "z", "ʃ", "ʒ", "h"),
    *("m", "n", "ŋ", "l", "ɹ", "j", "w"),
)
VOWELS = ("i", "ɪ", "ɛ", "æ", "ɑ", "ʌ", "ɔ", "ʊ", "u", "ɜ", "eɪ", "aɪ", "ɔɪ", "oʊ", "aʊ")
ENGLISH = CONSONANTS + VOWELS
"""The phonemes of English that every voice is expected to have, schwa counted with ʌ."""

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "g": "ɡ",
        "r": "ɹ",
        "ɫ": "l",
        "ɾ": "t",
        "ʔ": "t",
        "n̩": "n",
        "əl": "l",
        "e": "ɛ",
        "a": "æ",
        "ɒ": "ɑ",
        "ə": "ʌ",
        "ɐ": "ʌ",
        "ᵻ": "ɪ",
        "ɝ": "ɜ",
        "ɚ": "ɜ",
        "o": "ɔ",
        "əʊ": "oʊ",
    }
)


def english(symbol: str) -> str:
    """The phoneme of ``ENGLISH`` that an IPA symbol stands for, else the symbol."""
    bare = "".join(letter for letter in symbol if letter not in "ˈˌː‿͡")
    return _PLAIN.get(bare, bare)


class Coverage:
    """Counts over all clips. E labels."""

    def __init__(self, labels: int) -> None:
        self.phonemes: dict[str, int] = {}
        self.valence_arousal: I64 = np.zeros((labels, CELLS, CELLS), dtype=np.int64)
        self.arousal_dominance: I64 = np.zeros((labels, CELLS, CELLS), dtype=np.int64)
        self.levels: I64 = np.zeros(LEVELS[2], dtype=np.int64)
        self._labels = labels

    def add(self, clip: Clip, label: int) -> None:
        """Count one clip; ``label`` is its label's position."""
        for phoneme in clip.phonemes:
            if phoneme.symbol not in (SILENCE, SPOKEN):
                name = english(phoneme.symbol)
                self.phonemes[name] = self.phonemes.get(name, 0) + 1
        valence, arousal, dominance = _cells(clip.conditions[:, self._labels :]).T
        np.add.at(self.valence_arousal[label], (arousal, valence), 1)
        np.add.at(self.arousal_dominance[label], (dominance, arousal), 1)
        low, high, bins = LEVELS
        place = ((clip.mel - low) * (bins / (high - low))).astype(np.intp).ravel()
        self.levels += np.bincount(np.clip(place, 0, bins - 1), minlength=bins)


def evenness(counts: Mapping[str, int]) -> float:
    """How evenly the phonemes of ``ENGLISH`` come: 1 all alike, 0 only one (Pielou's J)."""
    found = [counts.get(name, 0) for name in ENGLISH]
    total = sum(found)
    shares = [count / total for count in found if count]
    return -sum(share * math.log(share) for share in shares) / math.log(len(ENGLISH))


def _cells(points: F32) -> I64:
    """The cell (N, 3) of each VAD point (N, 3) along each axis, 0 at -1."""
    cells = np.minimum((points.astype(np.float64) + 1.0) * (CELLS / 2), CELLS - 1)
    return cells.astype(np.int64)
