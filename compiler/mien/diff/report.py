"""A comparison as one page: the verdict, what was found, and the changed faces, drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import evolve

from mien.diff.comparison import comparable
from mien.diff.output import change_text, nearest_text, place_text, verdict_text
from mien.diff.pair import BankPair
from mien.diff.record import BankDiff, Finding, Visible
from mien.diff.side import Side
from mien.engine.registry import get_engine
from mien.sheet.compare import compared
from mien.sheet.faces import NamedFace, faces_by, mean_difference
from mien.sheet.page import Page, Table
from mien.sheet.picture import write_page

_FINDINGS = ("", "rule", "where", "what", "before and after", "place")
_VISIBLE = ("label", "mean over the cube", "at most", "channel", "at V A D", "nearest label")


def write_report(path: Path, old: Side, new: Side, diff: BankDiff) -> None:
    """Write the page to ``path``, an HTML file that needs no other.

    Raises:
        OSError: the file cannot be written.
    """
    write_page(path, report(old, new, diff))


def report(old: Side, new: Side, diff: BankDiff) -> Page:
    """The page: tables of findings and of visible effects, then faces before and after."""
    banks = comparable(old, new)
    title = " to ".join(_titles(diff))
    before = tuple(_before(banks))
    after = _largest_first(before, _faces(banks.new), banks.channels)
    faces = compared(title, before, after, banks.new.bank.rig)
    return evolve(
        faces,
        summary=(
            f"{diff.old.name} to {diff.new.name}: {verdict_text(diff)}.",
            *faces.summary,
            *(f"An artifact does not hold {one}." for one in diff.not_compared),
        ),
        tables=tuple(_tables(diff)),
    )


def _titles(diff: BankDiff) -> tuple[str, str]:
    """Both sides by id and version; where these are the same, by what tells them apart, too."""
    sides = (diff.old, diff.new)
    plain = [f"{side.bank} {side.version}" for side in sides]
    if plain[0] == plain[1]:
        kinds = [side.source.kind.value if side.source else "" for side in sides]
        apart = kinds if kinds[0] != kinds[1] and all(kinds) else [side.name for side in sides]
        plain = [f"{one} ({what})" for one, what in zip(plain, apart, strict=True)]
    return plain[0], plain[1]


def _tables(diff: BankDiff) -> Iterator[Table]:
    if diff.findings:
        rows = tuple(_finding(finding) for finding in diff.findings)
        yield Table(columns=_FINDINGS, rows=rows)
    if diff.visible:
        yield Table(columns=_VISIBLE, rows=tuple(_visible(one) for one in diff.visible))


def _finding(finding: Finding) -> tuple[str, ...]:
    return (
        finding.category.value,
        finding.rule,
        " ".join(part for part in (finding.label, finding.at) if part),
        finding.message,
        "\n".join(f"{change.name}  {change_text(change)}" for change in finding.changes),
        place_text(finding.places),
    )


def _visible(visible: Visible) -> tuple[str, ...]:
    return (
        visible.label,
        f"{visible.mean:.4f}",
        f"{visible.largest:.3f}",
        visible.channel,
        " ".join(f"{axis:g}" for axis in visible.at),
        nearest_text(visible),
    )


def _faces(side: Side) -> Iterator[NamedFace]:
    evaluator = get_engine(side.tables.engine).evaluator(side.tables)
    return faces_by(evaluator, side.bank)


def _before(banks: BankPair) -> Iterator[NamedFace]:
    """The old faces, renamed ones under their new names."""
    for face in _faces(banks.old):
        label = banks.labels.get(face.label, face.label)
        styles = banks.styles.get(label, {})
        name = styles.get(face.name, face.name) if face.style else face.name
        yield evolve(face, label=label, name=name)


def _largest_first(
    before: Iterable[NamedFace], after: Iterable[NamedFace], channels: int
) -> list[NamedFace]:
    """Faces that are new, then those that moved, furthest first."""
    was = {(face.label, face.name): face.weights for face in before}

    def moved(face: NamedFace) -> float:
        old = was.get((face.label, face.name))
        return 1.0 if old is None else mean_difference(old, face.weights, channels)

    return sorted(after, key=lambda face: -moved(face))
