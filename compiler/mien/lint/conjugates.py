"""Channels of one movement have one weight: both eyes look the same way."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.numbers import shown, single
from mien.lint.source import emotion_source
from mien.text.fault import Fault


def conjugates_equal(bank: AuthoredBank) -> Iterator[Fault]:
    """`conjugates`: an archetype gives the channels of a conjugate movement equal weight."""
    for emotion in bank.emotions:
        for intensity, weights in emotion.archetypes.items():
            for conjugate in bank.rig.conjugates:
                values = {name: weights.get(name, 0.0) for name in conjugate.channels}
                if len({single(value) for value in values.values()}) > 1:
                    written = ", ".join(f"{name} {shown(value)}" for name, value in values.items())
                    source = emotion_source(bank, emotion.label)
                    yield source.fault(
                        source.weight(
                            ("archetypes", intensity), max(values, key=values.__getitem__)
                        ),
                        code="conjugates",
                        message=f"{written} are one movement ({conjugate.reason}), "
                        "expected equal weights",
                        hint="give them one weight"
                        + _shorthand_hint(bank, frozenset(conjugate.channels)),
                    )


def _shorthand_hint(bank: AuthoredBank, channels: frozenset[str]) -> str:
    for name, members in bank.rig.shorthands.items():
        if channels == frozenset(members):
            return f", for instance with the shorthand `{name}`"
    return ""
