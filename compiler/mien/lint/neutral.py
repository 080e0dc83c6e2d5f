"""The middle of neutral is the face at rest."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.numbers import shown
from mien.lint.source import emotion_source
from mien.text.fault import Fault


def neutral_at_rest(bank: AuthoredBank) -> Iterator[Fault]:
    """`neutral-rest`: neutral at the middle intensity has every channel at 0."""
    middle = bank.manifest.intensities[len(bank.manifest.intensities) // 2]
    for emotion in bank.emotions:
        if emotion.label != "neutral":
            continue
        for channel, weight in emotion.archetypes.get(middle, {}).items():
            if weight != 0:
                source = emotion_source(bank, emotion.label)
                yield source.fault(
                    source.weight(("archetypes", middle), channel),
                    code="neutral-rest",
                    message=f"neutral.{middle} is the face at rest, but {channel} is "
                    f"{shown(weight)}; expected 0",
                    hint="remove the channel here; low and high may have small weights",
                )
