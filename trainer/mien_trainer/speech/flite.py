"""Speech by flite."""

from __future__ import annotations

from collections.abc import Sequence

from mien_trainer.speech.sentences import Sentence
from mien_trainer.speech.source import Prosody, SpeechItem
from mien_trainer.speech.utterance import Utterance
from mien_trainer.speech.voices import Voice, spoken_items


class FliteSource:
    """flite's voices, each saying the sentences that are for it."""

    name = "flite"
    real = False

    def __init__(self, voices: Sequence[Voice], sentences: Sequence[Sentence]) -> None:
        self._items = spoken_items(voices, sentences)

    def items(self) -> tuple[SpeechItem, ...]:
        """All it can say."""
        return self._items

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The item as speech."""
        raise NotImplementedError

    def close(self) -> None:
        """End what it has started."""
