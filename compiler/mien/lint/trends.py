"""Trends treat both sides of the face alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from mien.authored.bank import AuthoredBank
from mien.authored.rules import TERMS
from mien.lint.source import rules_source
from mien.text.fault import Fault, Severity

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


def _warn(bank: AuthoredBank, a: str, b: str, *, code: str, why: str) -> Iterator[Fault]:
    difference = _difference(bank, a, b)
    if difference:
        source = rules_source(bank)
        yield source.fault(
            source.weight(("trends",), b if b in bank.rules.trends else a),
            code=code,
            message=f"{a} and {b} {why}, but {difference}",
            hint="give both the same trend, by their shorthand where they have one",
            severity=Severity.WARNING,
        )


def trends_mirror(bank: AuthoredBank) -> Iterator[Fault]:
    """`trend-mirror` (a warning): the channels of a mirror pair have one trend."""
    for left, right in bank.rig.mirror:
        yield from _warn(bank, left, right, code="trend-mirror", why="mirror each other")


def trends_conjugate(bank: AuthoredBank) -> Iterator[Fault]:
    """`trend-conjugate` (a warning): the channels of a conjugate movement have one trend."""
    for conjugate in bank.rig.conjugates:
        for a, b in combinations(conjugate.channels, 2):
            if (a, b) not in bank.rig.mirror and (b, a) not in bank.rig.mirror:
                yield from _warn(bank, a, b, code="trend-conjugate", why="are one movement")
