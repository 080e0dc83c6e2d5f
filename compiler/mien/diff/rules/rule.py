"""The form of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from mien.diff.both import Both
from mien.diff.record import Category, Change, Finding, Places

MAJOR = frozenset({Category.MAJOR})
MINOR = frozenset({Category.MINOR})
PATCH = frozenset({Category.PATCH})
BY_EFFECT = frozenset({Category.MAJOR, Category.MINOR})
"""Decided by how far faces move: see `mien.diff.thresholds`."""

NOWHERE = Places(None, None)

Find = Callable[["Rule", Both], Iterator[Finding]]


@frozen(kw_only=True)
class Rule:
    """``id`` is a stable name in kebab-case; ``categories`` what its findings can be."""

    id: str
    categories: frozenset[Category]
    find: Find

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
            raise ValueError(f"{self.id}: which category?")
        return Finding(
            rule=self.id,
            category=category or only,
            message=message,
            places=places,
            label=label,
            at=at,
            size=size,
            changes=changes,
        )

    def __call__(self, both: Both) -> Iterator[Finding]:
        """Everything that the rule finds."""
        return self.find(self, both)
