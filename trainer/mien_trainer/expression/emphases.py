"""The emphasised vowels of speech, which brows and head follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import Phoneme

EMPHASES_APART = 0.7
"""The least seconds between emphases."""

_VOWELS = frozenset("aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵʉʊʌʏᵻ")  # noqa: RUF001 (IPA)
_STANDING_OUT = 0.7
"""By how many standard deviations an emphasised vowel is above the mean."""


def emphases(audio: F32, phonemes: Sequence[Phoneme]) -> tuple[float, ...]:
    """The moments in seconds at which emphasised vowels begin, in order.

    A vowel's weight is the logarithm of its energy, which grows with loudness and with length.
    """
    vowels = [phoneme for phoneme in phonemes if _VOWELS & set(phoneme.symbol)]
    if not vowels:
        return ()
    energy = np.concatenate(([0.0], np.cumsum(np.square(audio, dtype=np.float64))))
    ends = np.array([(vowel.start, vowel.end) for vowel in vowels]) * SAMPLE_RATE
    first, last = np.clip(ends.astype(np.int64), 0, len(audio)).T
    weight = np.log(energy[last] - energy[first] + 1e-9)
    least = weight.mean() + _STANDING_OUT * weight.std()
    chosen: list[float] = []
    order: list[int] = np.argsort(-weight, kind="stable").tolist()
    for position in order:
        moment = vowels[position].start
        if weight[position] > least and all(
            abs(moment - other) >= EMPHASES_APART for other in chosen
        ):
            chosen.append(moment)
    return tuple(sorted(chosen))
