"""How evenly speech covers the sounds of a language."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from mien_trainer.phonemes import SILENCE

BILABIAL = frozenset(("p", "b", "m"))
"""What closes the lips, in IPA and, in capitals, in ARPABET."""

LABIODENTAL = frozenset(("f", "v"))
"""What brings the lower lip to the teeth."""


@frozen(kw_only=True)
class Coverage:
    """Counts of phonemes, and of pairs of phonemes that follow one another without a pause."""

    phonemes: Mapping[str, int]
    diphones: Mapping[tuple[str, str], int]

    @property
    def total(self) -> int:
        """How many phonemes there are."""
        return sum(self.phonemes.values())

    @property
    def bilabials(self) -> int:
        """How many p, b and m."""
        return self._of(BILABIAL)

    @property
    def labiodentals(self) -> int:
        """How many f and v."""
        return self._of(LABIODENTAL)

    @property
    def entropy(self) -> float:
        """Of the phonemes, in bits."""
        shares = (count / self.total for count in self.phonemes.values() if count)
        return -sum(share * math.log2(share) for share in shares)

    def evenness(self, inventory: Collection[str]) -> float:
        """The entropy as a share of what it would be with all of ``inventory`` equally often."""
        return self.entropy / math.log2(len(inventory))

    def under(self, floor: int, inventory: Iterable[str]) -> tuple[str, ...]:
        """The phonemes of ``inventory`` that occur less than ``floor`` times, in its order."""
        return tuple(phoneme for phoneme in inventory if self.phonemes.get(phoneme, 0) < floor)

    def _of(self, sounds: Collection[str]) -> int:
        return sum(count for symbol, count in self.phonemes.items() if symbol.lower() in sounds)


def coverage(sequences: Iterable[Sequence[str]]) -> Coverage:
    """What sequences of phonemes cover; `SILENCE` is a pause between two phonemes."""
    phonemes: Counter[str] = Counter()
    diphones: Counter[tuple[str, str]] = Counter()
    for sequence in sequences:
        phonemes.update(symbol for symbol in sequence if symbol != SILENCE)
        diphones.update(pair for pair in pairwise(sequence) if SILENCE not in pair)
    return Coverage(phonemes=dict(phonemes), diphones=dict(diphones))
