"""What synthesisers are asked to say: which voice, which text, and how."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from attrs import frozen

from mien_trainer.speech import Prosody, SpeechItem, SpeechRefusedError, Split
from mien_trainer.synthesis.sentences import Sentence


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


LONGEST_TEXT = 5_000
"""Characters, about five minutes of speech."""


def spoken_text(item: SpeechItem) -> str:
    """The item's text on one line.

    Raises:
        SpeechRefusedError: it is longer than 5,000 characters, or holds no letter or digit, or a
            control character.
    """
    text = " ".join(item.text.split())
    if len(text) > LONGEST_TEXT:
        raise SpeechRefusedError(
            f"{item.key}: the text has {len(text)} characters, expected at most {LONGEST_TEXT}: "
            "cut it into sentences"
        )
    for character in text:
        if not character.isprintable():
            raise SpeechRefusedError(f"{item.key}: the text holds the character {character!r}")
    if not any(character.isalnum() for character in text):
        raise nothing_to_say(item)
    return text


def nothing_to_say(item: SpeechItem) -> SpeechRefusedError:
    """The refusal of a text that holds no word."""
    return SpeechRefusedError(f"{item.key}: there is nothing to say in {item.text!r}")


def bounded(prosody: Prosody) -> Prosody:
    """The prosody within what still sounds like a person: half to double, range from 0."""
    return Prosody(
        rate=min(2.0, max(0.5, prosody.rate)),
        pitch=min(2.0, max(0.5, prosody.pitch)),
        range=min(2.0, max(0.0, prosody.range)),
    )


# Banse and Scherer (1996, J. Pers. Soc. Psychol. 70, 614-636) measured acted emotions, and Juslin
# and Laukka (2003, Psychol. Bull. 129, 770-814) reviewed 104 studies of the voice: where arousal is
# high (elation, hot anger, panic) speech is faster, mean pitch higher and more variable, where
# it is low (sadness, tenderness, boredom) slower, lower and flatter. Of valence they found less: at
# equal arousal, happy speech is a little higher and wider than angry speech. Dominance is left out.
# The directions are theirs; the sizes are ours, chosen so that speech stays natural at the ends.
_RATE = (0.00, 0.22)
"""Change of ln(rate) for one unit of valence, of arousal."""
_PITCH = (0.05, 0.22)
"""Change of ln(pitch) likewise: an arousal of 1 is near four semitones."""
_RANGE = (0.15, 0.45)
"""Change of ln(pitch range) likewise."""


def prosody_of(vad: Sequence[float]) -> Prosody:
    """The prosody of speech at a VAD point in [-1, 1]; neutral at the origin, smooth everywhere.

    Rate stays within 0.80 to 1.25, pitch within 0.76 to 1.31 and range within 0.54 to 1.83.
    """
    valence, arousal = (min(1.0, max(-1.0, float(axis))) for axis in (vad[0], vad[1]))
    return Prosody(
        rate=_factor(_RATE, valence, arousal),
        pitch=_factor(_PITCH, valence, arousal),
        range=_factor(_RANGE, valence, arousal),
    )


def _factor(change: tuple[float, float], valence: float, arousal: float) -> float:
    return math.exp(change[0] * valence + change[1] * arousal)
