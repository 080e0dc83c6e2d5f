"""What every rule of a comparison is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import Factory, field, frozen

from mien.codes.explanation import Explanation
from mien.diff.pair import BankPair
from mien.diff.record import Category, Change, Finding, Places, Value

MAJOR = frozenset({Category.MAJOR})
MINOR = frozenset({Category.MINOR})
PATCH = frozenset({Category.PATCH})
BY_EFFECT = frozenset({Category.MAJOR, Category.MINOR})
"""Decided by how far faces move: see `mien.diff.surface`."""

NOWHERE = Places(None, None)

Key = TypeVar("Key")
Values = Mapping[Key, Value] | Mapping[Key, float] | Mapping[Key, str]


def changed(
    old: Values[Key],
    new: Values[Key],
    places: Callable[[Key], Places],
    name: Callable[[Key], str] = str,
    absent: Value = None,
    *,
    old_first: bool = False,
) -> Iterator[Change]:
    """What has another value in ``new``, or is in one of them alone: it is ``absent`` there."""
    for key in dict.fromkeys((*old, *new) if old_first else (*new, *old)):
        before, after = old.get(key, absent), new.get(key, absent)
        if before != after:
            yield Change(name=name(key), before=before, after=after, places=places(key))


_MEND = {
    MAJOR: "Take it back, or release it under the next major version.",
    MINOR: "Release it under the next minor version or a later one.",
    PATCH: "Release it under the next patch version or a later one.",
    BY_EFFECT: "Release it under the version that the comparison names; it is major where faces "
    "become other faces.",
}


def _severity(categories: frozenset[Category]) -> str:
    return " or ".join(one.value for one in Category if one in categories)


@frozen(kw_only=True)
class ChangeKind(Explanation):
    """One kind of change; ``categories`` is what its findings can be.

    ``right`` and ``wrong`` of its example are the older and the newer version.
    """

    categories: frozenset[Category]
    mend: str = field(default=Factory(lambda rule: _MEND[rule.categories], takes_self=True))
    severity: str = field(default=Factory(lambda rule: _severity(rule.categories), takes_self=True))

    def finding(
        self,
        message: str,
        places: Places,
        *,
        category: Category | None = None,
        label: str = "",
        at: str = "",
        size: float = 0.0,
        changes: tuple[Change, ...] = (),
    ) -> Finding:
        """A finding of this rule; ``category`` is needed where it can be more than one."""
        (only, *more) = self.categories
        if category is None and more:
            raise ValueError(f"{self.code}: which category?")
        return Finding(
            rule=self.code,
            category=category or only,
            message=message,
            places=places,
            label=label,
            at=at,
            size=size,
            changes=changes,
        )


@frozen(kw_only=True)
class Rule(ChangeKind):
    """A kind of change that is found by comparing two banks; calling the rule finds all of it."""

    find: Callable[[Rule, BankPair], Iterator[Finding]]

    def __call__(self, banks: BankPair) -> Iterator[Finding]:
        """Everything that the rule finds."""
        return self.find(self, banks)


@frozen(kw_only=True)
class LastRule(ChangeKind):
    """A kind of change that no other rule explains: ``find`` is given what they found."""

    find: Callable[[LastRule, BankPair, Sequence[Finding]], Iterator[Finding]]
