"""The voices that speak beside the recordings: those that the default recipe trains on."""

from __future__ import annotations

from mien_trainer.speech import SpeechSource, Split
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import read_sentences
from mien_trainer.synthesis.voices import Voice

_ESPEAK = ("en-us", "en-us+f2", "en-us+m7", "en-gb-x-rp", "en-gb-x-rp+f4", "en-gb-scotland")
_FLITE = ("slt", "rms", "kal16")


def synthesisers() -> tuple[SpeechSource, ...]:
    """espeak-ng and flite, with all sentences."""
    sentences = read_sentences()
    espeak, flite = (
        [Voice(name=name, split=Split.TRAIN) for name in names] for names in (_ESPEAK, _FLITE)
    )
    return EspeakSource(espeak, sentences), FliteSource(flite, sentences)
