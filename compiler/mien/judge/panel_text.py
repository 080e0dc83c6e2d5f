"""A panel of judges as lines for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mien.judge.judges import MEDIAPIPE
from mien.judge.measures import Face
from mien.judge.panel import Name, Panel, Row, Tally
from mien.judge.report import report_json, report_lines

_HARDEST = 12


def panel_lines(panel: Panel) -> tuple[str, ...]:
    """The panel for a terminal."""
    return tuple(_lines(panel))


def _lines(panel: Panel) -> Iterator[str]:
    if len(panel.reports) == 1 and MEDIAPIPE in panel.judges:
        yield from report_lines(panel.reports[0])
    for report in panel.reports:
        for judge in panel.judges:
            found = [
                one for one in panel.tallies if (one.head, one.judge) == (report.avatar, judge.name)
            ]
            yield from _tally_lines(found, several=len(panel.reports) > 1)
        if line := leaning_line(panel, report.avatar):
            yield f"{report.avatar}, {MEDIAPIPE.name}: {line}"
        if len(panel.reports) > 1 and report.undetected:
            missed = ", ".join(str(face) for face in report.undetected)
            yield f"{report.avatar}: no face found in: {missed}"
    if hard := hardest(panel):
        listed = ", ".join(f"{face} {right} of {whole}" for face, right, whole in hard)
        yield f"named wrong more often than right: {listed}"


def _tally_lines(found: list[Tally], *, several: bool) -> Iterator[str]:
    first = found[0]
    start = f"{first.head}, {first.judge}: "
    if first.judge != MEDIAPIPE.name:
        parts = (
            f"{one.intensity} {one.named} of {one.basic} (as said {one.said})"
            for one in found
            if one.basic
        )
        if line := ", ".join(parts):
            yield f"{start}basic emotions named {line}"
    elif several:
        parts = (f"{one.intensity} {one.nearest} of {one.judged}" for one in found)
        yield f"{start}nearest to their own label {', '.join(parts)}"
    if several:
        parts = (f"{one.intensity} {one.learnt} of {one.judged}" for one in found)
        yield f"{start}learnt from the other heads {', '.join(parts)}"


def leaning_line(panel: Panel, head: str) -> str:
    """Of how many of the weakest faces the label shows, and which lean elsewhere; "" of none."""
    found = panel.leanings.get(head, ())
    if not found:
        return ""
    stray = [f"{one.face} to {one.other}" for one in found if not one.recognised]
    lean = f"{len(found) - len(stray)} of {len(found)} faces of {found[0].face.intensity} "
    return f"{lean}lean to their label" + (f"; {', '.join(stray)}" if stray else "")


def hardest(panel: Panel) -> tuple[tuple[Face, int, int], ...]:
    """Faces of basic emotions that less than half of the heads and classifiers name, worst first.

    Each with how often it is named right, of how often.
    """
    counts: dict[Face, list[bool]] = {}
    for row in panel.rows:
        if row.named_right is not None:
            counts.setdefault(row.face, []).append(row.named_right)
    wrong = [
        (face, sum(found), len(found))
        for face, found in counts.items()
        if 2 * sum(found) < len(found)
    ]
    return tuple(sorted(wrong, key=lambda one: one[1] / one[2])[:_HARDEST])


def panel_json(panel: Panel) -> dict[str, Any]:
    """The panel for programs: everything but the pictures.

    On one head that MediaPipe judges, the keys of `report_json` stand beside it.
    """
    alone = len(panel.reports) == 1 and MEDIAPIPE in panel.judges
    return {
        **(report_json(panel.reports[0]) if alone else {"bank": panel.title}),
        "judges": [
            {"name": one.name, "about": one.about, "weakness": one.weakness} for one in panel.judges
        ],
        "absent": dict(panel.absent),
        "heads": [
            _head_json(panel, report.avatar, number) for number, report in enumerate(panel.reports)
        ],
        "tallies": [_tally_json(one) for one in panel.tallies],
        "table": [_row_json(row) for row in panel.rows],
    }


def _head_json(panel: Panel, head: str, number: int) -> dict[str, Any]:
    report = panel.reports[number]
    return {
        "name": head,
        "format": report.facts.format,
        "missing": list(report.facts.missing),
        "without_effect": list(report.facts.still),
        "remarks": list(report.facts.remarks),
        "views": report.views,
        "at_rest": {
            judge.name: _name_json(panel.rest.get((head, judge.name))) for judge in panel.judges
        },
        "no_face": [str(face) for face in report.undetected],
        "leanings": [
            {
                "face": str(one.face),
                "leans": one.recognised,
                "own_distance": round(one.own_distance, 3),
                "other": str(one.other),
                "other_distance": round(one.other_distance, 3),
            }
            for one in panel.leanings.get(head, ())
        ],
    }


def _tally_json(one: Tally) -> dict[str, Any]:
    found: dict[str, Any] = {"head": one.head, "judge": one.judge, "intensity": one.intensity}
    if one.judge != MEDIAPIPE.name:
        found |= {"basic": one.basic, "named": one.named, "said": one.said}
    else:
        found |= {"nearest": one.nearest}
    return {**found, "learnt": one.learnt, "judged": one.judged}


def _row_json(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "head": row.head,
        "label": row.face.label,
        "intensity": row.face.intensity,
        "judge": row.judge,
    }
    if row.said is not None and row.named is not None:
        found |= {"said": _name_json(row.said), "named": _name_json(row.named)}
        found |= {"right": row.named_right}
    if row.nearest is not None:
        found |= {"nearest": str(row.nearest), "nearest_right": row.nearest_right}
    if row.learnt is not None:
        found |= {"learnt": str(row.learnt), "learnt_right": row.learnt_right}
    return found


def _name_json(name: Name | None) -> dict[str, Any] | None:
    return None if name is None else {"name": name.name, "score": round(name.score, 3)}
