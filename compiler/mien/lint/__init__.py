"""What a bank means, checked: each rule is a record with a function that finds what breaks it.

To add a rule, write its function and its record in the module that it belongs to, and a folder of
`tests/broken_banks` (or a test that builds the bank in memory) that breaks it.
"""

from __future__ import annotations

from mien.authored.bank import AuthoredBank
from mien.errors import in_file_order
from mien.lint import (
    action_units,
    aliases,
    anchors,
    archetypes,
    labels,
    manifest,
    timelines,
    trends,
)
from mien.lint.labels import ClosestPair, closest_pairs
from mien.lint.rule import LintRule
from mien.text.fault import Fault

__all__ = ["RULES", "ClosestPair", "LintRule", "closest_pairs", "lint"]

RULES: tuple[LintRule, ...] = (
    *manifest.RULES,
    *anchors.RULES,
    *archetypes.RULES,
    *action_units.RULES,
    *labels.RULES,
    *trends.RULES,
    *timelines.RULES,
    *aliases.RULES,
)


def lint(bank: AuthoredBank) -> tuple[Fault, ...]:
    """Everything about the bank that its schemas cannot see, in file order; empty when it is sound.

    Faults of severity WARNING do not stop a compile.
    """
    return in_file_order(fault for rule in RULES for fault in rule(bank))
