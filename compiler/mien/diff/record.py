"""What changed between two banks, as people and programs read it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from attrs import field, frozen

from mien.authored.emotion import Vad
from mien.resolve import BankSource
from mien.semver import needed_version
from mien.text.node import Place

Value = str | float | None
"""One side of a change; None where the thing is not there."""


class Category(Enum):
    """How much a change asks of those who use the bank."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return tuple(Category).index(self)


class Places(NamedTuple):
    """Where something stands before and after; None where nothing is written."""

    old: Place | None
    new: Place | None


@frozen(kw_only=True)
class Change:
    """One value: the channel, coefficient or key that it belongs to, before and after."""

    name: str
    before: Value
    after: Value
    places: Places

    @property
    def size(self) -> float:
        """How far a number moved; 0 for what is not a number on both sides."""
        banks = isinstance(self.before, float) and isinstance(self.after, float)
        return abs(float(self.after or 0) - float(self.before or 0)) if banks else 0.0


@frozen(kw_only=True)
class Finding:
    """What one rule found.

    ``label`` is empty for what all labels share; ``at`` is an intensity or a style; ``size`` orders
    findings of one category, largest first; ``changes`` are the values behind it.
    """

    rule: str
    category: Category
    message: str
    places: Places
    label: str = ""
    at: str = ""
    size: float = 0.0
    changes: tuple[Change, ...] = ()


@frozen(kw_only=True)
class Neighbour:
    """The label most like another at equal intensity; the mean |difference| over channels."""

    label: str
    distance: float


@frozen(kw_only=True)
class Visible:
    """How a label's faces differ over the VAD cube, and from the label nearest to it.

    ``mean`` is over a fixed grid and all channels; ``largest`` is one channel's, at one point.
    """

    label: str
    mean: float
    largest: float
    channel: str
    at: Vad
    nearest_before: Neighbour | None
    nearest_after: Neighbour | None


@frozen(kw_only=True)
class Named:
    """One of the two banks: its name in messages, its id and version, and where it was found."""

    name: str
    bank: str
    version: str
    source: BankSource | None = None

    @property
    def described(self) -> str:
        """Id and version, and where the bank was found if it was looked for."""
        if self.source is None:
            return f"{self.bank} {self.version}"
        return self.source.described(self.bank, self.version)


@frozen(kw_only=True)
class BankDiff:
    """All that changed; findings come gravest first, then largest first.

    ``untold`` says what could not be compared, in sentences.
    """

    old: Named
    new: Named
    findings: tuple[Finding, ...]
    visible: tuple[Visible, ...]
    not_compared: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> str:
        """``major``, ``minor``, ``patch`` or ``none``."""
        return self.findings[0].category.value if self.findings else "none"

    @property
    def rule(self) -> str:
        """The rule that decided the verdict; empty where nothing changed."""
        return self.findings[0].rule if self.findings else ""

    @property
    def needed(self) -> str:
        """The smallest version that these changes may be released under."""
        return needed_version(self.old.version, self.verdict)

    @property
    def empty(self) -> bool:
        """Whether the two are the same bank at the same version."""
        return not self.findings and self.old.version == self.new.version
