"""What a comparison means for the new bank's sources: faults at the lines that break something."""

from __future__ import annotations

from collections.abc import Iterator

from mien.diff.record import BankDiff, Category, Finding
from mien.diff.semver import is_enough
from mien.diff.side import Side
from mien.text.fault import Fault, Severity
from mien.text.place import Place


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
    return tuple(sorted(faults, key=lambda fault: (fault.place, fault.path, fault.code)))


def _breaking(finding: Finding, diff: BankDiff, new: Side, severity: Severity) -> Fault:
    about = " ".join(part for part in (finding.label, finding.at) if part)
    subject = f"{about}: " if about else ""
    was = f"; it was at {finding.places.old}" if finding.places.old else ""
    largest = finding.changes[0].places.new if finding.changes else None
    return Fault(
        place=largest or finding.places.new or _manifest(new),
        path="",
        code=finding.rule,
        message=f"{subject}{finding.message}, which breaks {diff.old.name}{was}",
        severity=severity,
    )


def _too_small(diff: BankDiff, new: Side) -> Iterator[Fault]:
    why = (
        f"the changes since {diff.old.name} are {diff.verdict} ({diff.rule})"
        if diff.findings
        else f"{diff.old.name} has version {diff.old.version}"
    )
    yield Fault(
        place=new.place("bank", ("version",)) or Place(new.name),
        path="version",
        code="version-too-small",
        message=f"{diff.new.version} is too small: {why}",
        hint=f"write version: {diff.needed} or a later one",
    )


def _manifest(new: Side) -> Place:
    return new.place("bank") or Place(new.name)
