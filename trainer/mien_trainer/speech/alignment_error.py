"""How far the aligner is off, where a synthesiser says when its phonemes begin."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.audit.coverage import english
from mien_trainer.speech.align import Aligner
from mien_trainer.speech.source import Prosody, SpeechItem, SpeechRefused, SpeechSource
from mien_trainer.speech.utterance import SILENCE, Phoneme

_RHOTIC = "ɹɚ"
"""What espeak-ng writes with the vowel before it: ɑːɹ begins as ɑː does."""


@frozen(kw_only=True, eq=False)
class StartErrors:
    """Errors of phoneme starts in seconds, (M,): later is positive.

    ``phonemes`` counts all that the synthesiser said in ``utterances``; only those are compared
    that the dictionary and the synthesiser both say. ``refused`` utterances were not aligned.
    """

    errors: npt.NDArray[np.float64]
    phonemes: int
    utterances: int
    refused: int

    @property
    def median(self) -> float:
        """The median absolute error in seconds."""
        return float(np.median(np.abs(self.errors)))

    @property
    def high(self) -> float:
        """The 90th percentile of the absolute error in seconds."""
        return float(np.percentile(np.abs(self.errors), 90))

    @property
    def bias(self) -> float:
        """The median error in seconds."""
        return float(np.median(self.errors))


def start_errors(truth: Iterable[Phoneme], found: Iterable[Phoneme]) -> list[float]:
    """How much later than in ``truth`` the same phonemes begin in ``found``, in seconds.

    What one has and the other has not is left out, as a synthesiser's "and" without its d.
    """
    said, heard = _spoken(truth), _spoken(found)
    names = [_name(phoneme.symbol) for phoneme in said], [_name(p.symbol) for p in heard]
    blocks = SequenceMatcher(None, *names, autojunk=False).get_matching_blocks()
    return [
        heard[block.b + i].start - said[block.a + i].start
        for block in blocks
        for i in range(block.size)
    ]


def measure(source: SpeechSource, items: Sequence[SpeechItem], aligner: Aligner) -> StartErrors:
    """Speak, align by the text alone, and compare.

    Raises:
        SpeechUnavailable: the source or the aligner is missing.
    """
    errors: list[float] = []
    phonemes = refused = 0
    for item in items:
        try:
            utterance = source.speak(item, Prosody())
            found = aligner.align_text(utterance.audio, utterance.text)
        except SpeechRefused:
            refused += 1
            continue
        phonemes += len(_spoken(utterance.phonemes))
        errors += start_errors(utterance.phonemes, found)
    return StartErrors(
        errors=np.array(errors, dtype=np.float64),
        phonemes=phonemes,
        utterances=len(items),
        refused=refused,
    )


def _spoken(phonemes: Iterable[Phoneme]) -> list[Phoneme]:
    return [phoneme for phoneme in phonemes if phoneme.symbol != SILENCE]


def _name(symbol: str) -> str:
    """One name for the sounds that the dictionary tells less finely apart."""
    bare = english(symbol)
    return english(bare.rstrip(_RHOTIC) or bare)
