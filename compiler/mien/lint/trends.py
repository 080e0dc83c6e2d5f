"""Trends treat both sides of the face alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from mien.authored.bank import TERMS, AuthoredBank
from mien.lint.rule import LintRule, source_of
from mien.text.fault import Fault

_NONE = (0.0,) * len(TERMS)


def _coefficients(bank: AuthoredBank, channel: str) -> tuple[float, ...] | None:
    trend = bank.rules.trends.get(channel)
    return None if trend is None else trend.coefficients


def _difference(bank: AuthoredBank, a: str, b: str) -> str:
    first, second = _coefficients(bank, a), _coefficients(bank, b)
    if first == second:
        return ""
    if first is None or second is None:
        return f"only {a if second is None else b} has a trend"
    terms = [
        term for term, x, y in zip(TERMS, first or _NONE, second or _NONE, strict=True) if x != y
    ]
    return f"their trends differ in {', '.join(terms)}"


def _alike(rule: LintRule, bank: AuthoredBank, a: str, b: str, why: str) -> Iterator[Fault]:
    difference = _difference(bank, a, b)
    if difference:
        source = source_of(bank, "rules")
        yield rule.fault(
            source,
            source.weight(("trends",), b if b in bank.rules.trends else a),
            message=f"{a} and {b} {why}, but {difference}",
            hint="give both the same trend, by their shorthand where they have one",
        )


def _mirror(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for left, right in bank.rig.mirror:
        yield from _alike(rule, bank, left, right, "mirror each other")


def _conjugate(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for conjugate in bank.rig.conjugates:
        for a, b in combinations(conjugate.channels, 2):
            if (a, b) not in bank.rig.mirror and (b, a) not in bank.rig.mirror:
                yield from _alike(rule, bank, a, b, "are one movement")


RULES = (
    LintRule(
        code="trend-mirror",
        title="The two sides of a channel have different trends.",
        why="Away from the anchors the face would turn lopsided, which only archetypes and styles "
        "should ask for.",
        mend="Give both the same trend, by their shorthand where they have one.",
        severity="warning",
        file="rules.yaml",
        right="  mouthSmile: {bias: -0.4, V: 1.6, reason: zygomaticus follows valence}",
        wrong="  mouthSmileLeft: {bias: -0.4, V: 1.6, reason: zygomaticus follows valence}",
        find=_mirror,
    ),
    LintRule(
        code="trend-conjugate",
        title="Channels of one movement have different trends.",
        why="Away from the anchors the eyes would part, though archetypes move them as one.",
        mend="Give all channels of the movement the same trend.",
        severity="warning",
        find=_conjugate,
    ),
)
