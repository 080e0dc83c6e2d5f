"""The antagonist pairs of a rig as one bank enforces them."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.authored.rig import Antagonist, PairKind


def enforced_pairs(bank: AuthoredBank) -> Iterator[tuple[Antagonist, float]]:
    """The pairs, in the order of the rig, each with the cap that holds in this bank."""
    policy = bank.rules.antagonists
    enforced = {PairKind.HARD: True, PairKind.NEAR: policy.near, PairKind.SOFT: policy.soft}
    overrides = {frozenset(override.pair): override.cap for override in policy.overrides}
    for antagonist in bank.rig.antagonists:
        if antagonist.kind is PairKind.HARD:
            yield antagonist, 0.0
        elif enforced[antagonist.kind]:
            yield antagonist, overrides.get(frozenset(antagonist.pair), antagonist.cap)
