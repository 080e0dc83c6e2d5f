"""What changed between two versions of a bank, for people and for semantic versions."""

from mien.diff.comparison import compare
from mien.diff.record import BankDiff, Category, Change, Finding, Places, Visible
from mien.diff.side import Side, load_side, side_of_bank, side_of_tables
from mien.semver import is_enough, is_version, needed_version, precedence

__all__ = [
    "BankDiff",
    "Category",
    "Change",
    "Finding",
    "Places",
    "Side",
    "Visible",
    "compare",
    "is_enough",
    "is_version",
    "load_side",
    "needed_version",
    "precedence",
    "side_of_bank",
    "side_of_tables",
]
