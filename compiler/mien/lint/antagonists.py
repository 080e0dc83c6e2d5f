"""Archetypes hold no face that the conflict rule would change: antagonists."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.authored.enforced import enforced_pairs
from mien.lint.numbers import shown, single
from mien.lint.source import emotion_source
from mien.text.fault import Fault


def archetypes_free_of_antagonists(bank: AuthoredBank) -> Iterator[Fault]:
    """`antagonists`: the smaller weight of a pair is at most the cap, in float32.

    Then, and only then, conflict leaves both channels of the pair as they are.
    """
    pairs = tuple(enforced_pairs(bank))
    for emotion in bank.emotions:
        for intensity, weights in emotion.archetypes.items():
            for antagonist, cap in pairs:
                a, b = antagonist.pair
                x, y = weights.get(a, 0.0), weights.get(b, 0.0)
                smaller, weight = (a, x) if x <= y else (b, y)
                if single(weight) > single(cap):
                    source = emotion_source(bank, emotion.label)
                    yield source.fault(
                        source.weight(("archetypes", intensity), smaller),
                        code="antagonists",
                        message=f"{a} {shown(x)} and {b} {shown(y)} exclude each other "
                        f"({antagonist.kind.value}): {antagonist.reason}; "
                        f"expected the smaller to be at most {shown(cap)}",
                        hint=f"lower {smaller} to {shown(cap)}",
                    )
