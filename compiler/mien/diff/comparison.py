"""Two banks to all that changed between them, and to faults where that breaks something."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.diff.from_tables import NOT_IN_TABLES
from mien.diff.pair import BankPair, mean_apart
from mien.diff.record import BankDiff, Category, Finding, Named, Neighbour, Visible
from mien.diff.rules.run import findings
from mien.diff.side import Side
from mien.errors import in_file_order
from mien.semver import is_enough
from mien.text.fault import Fault, Severity, fault
from mien.text.node import Place

SHOWN = 5e-4
"""A label whose faces move less than this on every channel is not listed as visible."""


def compare(old: Side, new: Side) -> BankDiff:
    """All that changed from ``old`` to ``new``.

    Where one of them is an artifact, both are compared by what tables hold.
    """
    banks = comparable(old, new)
    return BankDiff(
        old=named(old),
        new=named(new),
        findings=findings(banks),
        visible=tuple(_visible(banks)),
        not_compared=() if banks.new.sourced else NOT_IN_TABLES,
    )


def comparable(old: Side, new: Side) -> BankPair:
    """The two, reduced to what both of them hold."""
    if old.sourced and new.sourced:
        return BankPair(old=old, new=new)
    return BankPair(old=old.reduced(), new=new.reduced())


def named(side: Side) -> Named:
    """How a comparison calls one of its sides."""
    manifest = side.bank.manifest
    return Named(name=side.name, bank=manifest.id, version=manifest.version, source=side.source)


def _visible(banks: BankPair) -> Iterator[Visible]:
    """The labels whose faces moved as far as can be shown, most first."""
    moved = [(banks.effects[new.label], old.label, new.label) for old, new in banks.kept]
    for effect, was, label in sorted(moved, key=lambda item: -item[0].mean):
        if effect.largest >= SHOWN:
            yield Visible(
                label=label,
                mean=effect.mean,
                largest=effect.largest,
                channel=effect.channel,
                at=effect.at,
                nearest_before=_nearest(banks.old.bank, was),
                nearest_after=_nearest(banks.new.bank, label),
            )


def _nearest(bank: AuthoredBank, label: str) -> Neighbour | None:
    """The label that comes nearest to this one at any intensity."""
    own = next(emotion for emotion in bank.emotions if emotion.label == label)
    others = (
        Neighbour(
            label=other.label,
            distance=mean_apart(
                own.archetypes[name], other.archetypes[name], len(bank.rig.channels)
            ),
        )
        for other in bank.emotions
        if other.label != label
        for name in bank.manifest.intensities
    )
    return min(others, key=lambda neighbour: neighbour.distance, default=None)


def breaking_faults(diff: BankDiff, new: Side) -> tuple[Fault, ...]:
    """One fault a breaking change, and one more if the new version is too small for all changes.

    They are errors where the version is too small; where it allows for them, breaking changes are
    warnings.
    """
    enough = is_enough(diff.old.version, diff.new.version, diff.verdict)
    severity = Severity.WARNING if enough else Severity.ERROR
    faults = [
        _breaking(finding, diff, new, severity)
        for finding in diff.findings
        if finding.category is Category.MAJOR
    ]
    if not enough:
        faults += _too_small(diff, new)
    return in_file_order(faults)


def _breaking(finding: Finding, diff: BankDiff, new: Side, severity: Severity) -> Fault:
    about = " ".join(part for part in (finding.label, finding.at) if part)
    subject = f"{about}: " if about else ""
    was = f"; it was at {finding.places.old}" if finding.places.old else ""
    allowed = f", allowed by {diff.new.version}" if severity is Severity.WARNING else ""
    largest = finding.changes[0].places.new if finding.changes else None
    message = f"{subject}{finding.message}, which breaks {diff.old.name}{allowed}{was}"
    place = largest or finding.places.new or (new.place("bank") or Place(new.name))
    return fault(place, finding.rule, message, severity=severity)


def _too_small(diff: BankDiff, new: Side) -> Iterator[Fault]:
    why = (
        f"the changes since {diff.old.name} are {diff.verdict} ({diff.rule})"
        if diff.findings
        else f"{diff.old.name} has version {diff.old.version}"
    )
    message = f"{diff.new.version} is too small: {why}"
    hint = f"write version: {diff.needed} or a later one"
    place = new.place("bank", ("version",)) or Place(new.name)
    yield fault(place, "version-too-small", message, hint, path="version")
