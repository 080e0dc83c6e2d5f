"""Every rule, run over one pair of banks."""

from __future__ import annotations

from mien.diff.both import Both
from mien.diff.record import Finding
from mien.diff.rules import (
    between,
    channels,
    emotions,
    intensities,
    labels,
    manifest,
    styles,
    texts,
)
from mien.diff.rules.last import LAST_RULES
from mien.diff.rules.rule import ChangeKind, Rule

RULES: tuple[Rule, ...] = (
    *manifest.RULES,
    *channels.RULES,
    *intensities.RULES,
    *labels.RULES,
    *styles.RULES,
    *emotions.RULES,
    *between.RULES,
    *texts.RULES,
)

ALL_RULES: tuple[ChangeKind, ...] = (*RULES, *LAST_RULES)


def findings(both: Both) -> tuple[Finding, ...]:
    """Everything that the rules find, gravest first, then largest first."""
    found = [finding for rule in RULES for finding in rule(both)]
    for last in LAST_RULES:
        found += list(last.find(last, both, found))
    return tuple(sorted(found, key=lambda one: (one.category.rank, -one.size)))
