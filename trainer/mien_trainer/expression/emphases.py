"""The emphasised vowels of speech, which brows and head follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import BANDWIDTHS
from mien_trainer.phonemes import Phoneme

F64 = npt.NDArray[np.float64]

EMPHASES_APART = 0.7
"""The least seconds between emphases."""

_VOWELS = frozenset("aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵʉʊʌʏᵻ")  # noqa: RUF001 (IPA)
_STANDING_OUT = 0.7
"""By how many standard deviations an emphasised vowel is above the mean."""


def emphases(audio: F32, phonemes: Sequence[Phoneme]) -> tuple[float, ...]:
    """The moments in seconds at which emphasised vowels begin, in order.

    A vowel's weight is the logarithm of its energy, which grows with loudness and with length.
    """
    vowels = _vowels(phonemes)
    if not vowels:
        return ()
    energy = np.concatenate(([0.0], np.cumsum(np.square(audio, dtype=np.float64))))
    ends = np.array([(vowel.start, vowel.end) for vowel in vowels]) * SAMPLE_RATE
    first, last = np.clip(ends.astype(np.int64), 0, len(audio)).T
    return _emphasised(vowels, energy[last] - energy[first])


def mel_emphases(mel: F32, phonemes: Sequence[Phoneme]) -> tuple[float, ...]:
    """`emphases` where the sound is kept as log-mel frames (N, M) alone."""
    vowels = _vowels(phonemes)
    if not vowels:
        return ()
    sums = np.cumsum((np.exp(mel.astype(np.float64)) * BANDWIDTHS).sum(axis=1))
    energy, moments = np.concatenate(([0.0], sums)), np.arange(len(mel) + 1) / FRAME_RATE
    first, last = np.interp([[v.start for v in vowels], [v.end for v in vowels]], moments, energy)
    return _emphasised(vowels, (last - first) / energy[-1])


def _vowels(phonemes: Sequence[Phoneme]) -> list[Phoneme]:
    return [phoneme for phoneme in phonemes if _VOWELS & set(phoneme.symbol)]


def _emphasised(vowels: Sequence[Phoneme], energy: F64) -> tuple[float, ...]:
    """When those vowels begin whose energy (n,) stands out, the strongest first to be chosen."""
    weight = np.log(energy + 1e-9)
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
