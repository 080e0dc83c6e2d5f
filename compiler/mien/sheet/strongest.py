"""The channels that matter most in a face, in few words."""

from __future__ import annotations

from collections.abc import Mapping

from mien.authored.rig import Rig

_SHOWN = 0.005
"""Weights and changes below this are not worth a word."""

_EVEN = 0.05
"""Sides that differ by no more than this are one movement."""


def strongest(rig: Rig, weights: Mapping[str, float], count: int = 4) -> list[tuple[str, float]]:
    """The ``count`` movements of largest weight or change, largest first.

    The sides of a movement count as one, their mean under the rig's shorthand, where they differ
    little: real faces are never quite even.
    """
    folded = dict(_folded(rig, weights))
    ranked = sorted(folded.items(), key=lambda item: -abs(item[1]))
    return [(name, weight) for name, weight in ranked if abs(weight) >= _SHOWN][:count]


def _folded(rig: Rig, weights: Mapping[str, float]) -> Mapping[str, float]:
    left = {name: weights.get(name, 0.0) for name in rig.names}
    folded: dict[str, float] = {}
    for shorthand, members in rig.shorthands.items():
        values = [left.get(member, 0.0) for member in members]
        if max(values) - min(values) <= _EVEN and all(values):
            folded[shorthand] = sum(values) / len(values)
            for member in members:
                left[member] = 0.0
    return {**folded, **left}
