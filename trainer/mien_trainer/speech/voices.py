"""Which voice says which sentence, so that what is held out is held out from every side."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from mien_trainer.speech.sentences import Sentence
from mien_trainer.speech.source import SpeechItem, Split


@frozen(kw_only=True)
class Voice:
    """A synthesiser's voice, by the synthesiser's own name, and what it is for."""

    name: str
    split: Split


def spoken_items(voices: Iterable[Voice], sentences: Iterable[Sentence]) -> tuple[SpeechItem, ...]:
    """Every item these voices say, voice by voice, in the order given.

    A voice for training says every sentence, and the sentence's split is the item's. A voice held
    out says only the sentences of its own split: neither it nor its words are heard in training.
    """
    texts = tuple(sentences)
    return tuple(
        SpeechItem(
            key=f"{voice.name}/{sentence.key}",
            voice=voice.name,
            text=sentence.text,
            split=sentence.split,
        )
        for voice in voices
        for sentence in texts
        if voice.split in (Split.TRAIN, sentence.split)
    )
