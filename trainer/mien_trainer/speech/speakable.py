"""What may be asked of a synthesiser: a text with something to say, in factors it can follow."""

from __future__ import annotations

from mien_trainer.speech.source import Prosody, SpeechItem, SpeechRefused

LONGEST_TEXT = 5_000
"""Characters, about five minutes of speech."""


def spoken_text(item: SpeechItem) -> str:
    """The item's text on one line.

    Raises:
        SpeechRefused: it is longer than 5,000 characters, or holds no letter or digit, or a
            control character.
    """
    text = " ".join(item.text.split())
    if len(text) > LONGEST_TEXT:
        raise SpeechRefused(
            f"{item.key}: the text has {len(text)} characters, expected at most {LONGEST_TEXT}: "
            "cut it into sentences"
        )
    for character in text:
        if not character.isprintable():
            raise SpeechRefused(f"{item.key}: the text holds the character {character!r}")
    if not any(character.isalnum() for character in text):
        raise nothing_to_say(item)
    return text


def nothing_to_say(item: SpeechItem) -> SpeechRefused:
    """The refusal of a text that holds no word."""
    return SpeechRefused(f"{item.key}: there is nothing to say in {item.text!r}")


def bounded(prosody: Prosody) -> Prosody:
    """The prosody within what still sounds like a person: half to double, range from 0."""
    return Prosody(
        rate=min(2.0, max(0.5, prosody.rate)),
        pitch=min(2.0, max(0.5, prosody.pitch)),
        range=min(2.0, max(0.0, prosody.range)),
    )
