"""An audit for a terminal: what is to be done first, then the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.text.fault import Severity, counted
from mien_trainer.audit.faults import FaultKind
from mien_trainer.audit.report import Group, Moment, Report
from mien_trainer.frames import FRAME_RATE
from mien_trainer.speech import Split

EACH = 4
"""So many clips are named for each kind of fault."""

_ABOVE = ("", "", "in silence", "", "", "", "in speech", "", "", "nearest archetype", "", "")
_HEADS = (
    *("", "clips", "lips apart", "bank", "LIPSYNC", "SHARED", "LIPSYNC", "SHARED", "closures"),
    *("median", "95 %", "own"),
)


def report_lines(report: Report) -> Iterator[str]:
    """The lines of the report."""
    yield f"{report.folder}: {verdict(report)}"
    firsts = {kind.code: kind for kind in report.faults}
    for code, same in report.by_code.items():
        yield ""
        for one in same:
            yield f"{one.severity.value}: {one.subject}: {one.message} [{code}]"
        if code in firsts:
            yield from _others(firsts[code])
        yield f"    {same[0].hint}"
    if report.clips > report.unmeasured:
        yield ""
        yield from _table(report)
        yield ""
        yield from _coverage(report)


def _others(kind: FaultKind) -> Iterator[str]:
    """Faults of a kind that a finding's own message leaves out."""
    yield from (f"    {fault}" for fault in kind.first[1:EACH])
    if kind.count > EACH:
        yield f"    and {kind.count - EACH} more"


def verdict(report: Report) -> str:
    """What was looked at, and whether it may be learned from."""
    minutes = report.frames / FRAME_RATE / 60
    errors = sum(one.severity is Severity.ERROR for one in report.findings)
    notes = len(report.findings) - errors
    found = counted(errors, "error") if errors else "fine"
    if notes:
        found += f", {counted(notes, 'thing')} worth a look"
    left = f" ({report.unmeasured} too broken to measure)" if report.unmeasured else ""
    return (
        f"{counted(report.clips, 'clip')}{left}, {minutes:.1f} minutes, "
        f"{report.bank} {report.version}: {found}"
    )


def cells(group: Group) -> tuple[str, ...]:
    """The figures of a group, in the order of the table's columns."""
    silent, spoken = group.silence.frames > 0, group.speech.frames > 0
    closures = f"{group.kept / group.closures:.1%}" if group.closures else "-"
    return (
        str(group.clips),
        *((f"{group.gap:.3f}", f"{group.rest:.3f}") if silent else ("-", "-")),
        *_energies(group.silence),
        *_energies(group.speech),
        closures if spoken else "-",
        *(
            (f"{group.distance:.3f}", f"{group.distance95:.3f}", f"{group.own:.0%}")
            if silent
            else ("-", "-", "-")
        ),
    )


def _energies(moment: Moment) -> tuple[str, str]:
    if not moment.frames:
        return "-", "-"
    return f"{moment.lipsync.weight:.3f}", f"{moment.shared.weight:.3f}"


def _table(report: Report) -> Iterator[str]:
    sources = report.sources if len(report.sources) > 1 else ()
    groups = (*report.labels, *sources, report.whole)
    rows = [_HEADS, *((_name(group), *cells(group)) for group in groups)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADS))]
    yield _above(widths)
    yield from (_aligned(row, widths) for row in rows)


def _name(group: Group) -> str:
    kind = "" if group.real is None else " (real)" if group.real else " (synthetic)"
    return f"{group.name}{kind}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    rest = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join((first, *rest)).rstrip()


def _above(widths: Sequence[int]) -> str:
    """What columns have in common, each over the first of them."""
    line, place = "", 0
    for text, width in zip(_ABOVE, widths, strict=True):
        line = line.ljust(place) + text if text else line
        place += width + 2
    return line


def splits_line(report: Report) -> str:
    """How many clips each split has, and how evenly phonemes come."""
    cover = report.cover
    line = ", ".join(f"{split.value} {count}" for split, count in cover.splits.items())
    if cover.phonemes:
        line += f"; evenness of phonemes {cover.evenness:.3f} of 1"
        line += f", rare {' '.join(cover.rare)}" if cover.rare else ""
    return line


def _coverage(report: Report) -> Iterator[str]:
    yield splits_line(report)
    for row in report.voices:
        clips = ", ".join(f"{split.value} {count}" for split, count in row.splits.items() if count)
        alone = "" if row.splits[Split.TRAIN] else ", held out"
        kept = f", closures {row.kept / row.closures:.1%}" if row.closures else ""
        yield f"voice {row.source} {row.voice}: {clips}{alone}{kept}"
