"""What the judge found, as records, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from mien.avatar.draw import Facts
from mien.judge.measures import ChannelSight, Face, Pair, Sight, Verdict
from mien.text.fault import counted

FAINT = 0.15
"""A face whose reading changes less than this in all is hardly seen."""


@frozen(kw_only=True)
class ReadFace:
    """An archetype and how its reading differs from the face at rest, a number a channel."""

    face: Face
    change: tuple[float, ...] = field(repr=False)
    picture: str = field(repr=False)

    @property
    def size(self) -> float:
        """The length of the change."""
        return float(sum(step * step for step in self.change) ** 0.5)


@frozen(kw_only=True)
class Measure:
    """The faces compared by one kind of distance; ``confusion`` rows and columns are labels."""

    name: str
    unit: str
    verdicts: tuple[Verdict, ...]
    confusion: tuple[tuple[int, ...], ...]
    closest: tuple[Pair, ...]

    @property
    def recognised(self) -> int:
        """How many faces are nearest to one of their own label."""
        return sum(verdict.recognised for verdict in self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The others."""
        return tuple(verdict for verdict in self.verdicts if not verdict.recognised)


@frozen(kw_only=True)
class Report:
    """One bank on one avatar. ``undetected``: faces in which no face was found."""

    title: str
    avatar: str
    facts: Facts
    views: int
    labels: tuple[str, ...]
    channels: tuple[str, ...]
    faces: tuple[ReadFace, ...]
    undetected: tuple[Face, ...]
    euclid: Measure
    angle: Measure
    sights: tuple[ChannelSight, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Both ways to compare."""
        return (self.euclid, self.angle)


def channels_with(report: Report, sight: Sight) -> tuple[str, ...]:
    """The channels of which ``sight`` holds."""
    return tuple(one.channel for one in report.sights if one.sight is sight)


def report_lines(report: Report) -> tuple[str, ...]:
    """The report for a terminal."""
    return tuple(_lines(report))


def measure_line(measure: Measure) -> str:
    """How many faces are told apart, in words."""
    whole = len(measure.verdicts)
    share = f" ({measure.recognised / whole:.0%})" if whole else ""
    count = f"{measure.name}: {measure.recognised} of {whole} faces"
    return f"{count} are nearest to their own label{share}"


def _lines(report: Report) -> Iterator[str]:
    for measure in report.measures:
        yield measure_line(measure)
        for one in measure.failures:
            yield (
                f"  {one.face} is nearest to {one.other} ({_far(one.other_distance, measure)}); "
                f"of its own label to {one.own} ({_far(one.own_distance, measure)})"
            )
        pairs = ", ".join(
            f"{pair.one} ~ {pair.other} {_far(pair.distance, measure)}"
            for pair in measure.closest[:5]
        )
        yield f"  closest labels: {pairs}"
    faint = [str(one.face) for one in report.faces if 0.0 < one.size < FAINT]
    if faint:
        yield f"hardly seen: {', '.join(faint)}"
    if report.undetected:
        yield f"no face found in: {', '.join(str(face) for face in report.undetected)}"
    for sight in Sight:
        names = channels_with(report, sight)
        yield f"{sight.value}: {counted(len(names), 'channel')}" + (
            f" ({', '.join(names)})" if names and sight is not Sight.RECOVERED else ""
        )


def _far(distance: float, measure: Measure) -> str:
    return f"{distance:.1f}{measure.unit}" if measure.unit else f"{distance:.2f}"


def report_json(report: Report) -> dict[str, Any]:
    """The report for programs: everything but the pictures."""
    return {
        "bank": report.title,
        "avatar": {
            "name": report.avatar,
            "format": report.facts.format,
            "missing": list(report.facts.missing),
            "without_effect": list(report.facts.still),
            "unknown": list(report.facts.unknown),
            "remarks": list(report.facts.remarks),
        },
        "views": report.views,
        "labels": list(report.labels),
        **{measure.name.lower(): _measure_json(measure) for measure in report.measures},
        "channels": [
            {
                "channel": one.channel,
                "sight": one.sight.value,
                "alone": round(one.alone, 3),
                "highest": round(one.highest, 3),
                "correlation": round(one.correlation, 3),
                "slope": round(one.slope, 3),
            }
            for one in report.sights
        ],
        "faces": [
            {
                "label": one.face.label,
                "intensity": one.face.intensity,
                "size": round(one.size, 3),
                "change": {
                    name: round(step, 3)
                    for name, step in zip(report.channels, one.change, strict=True)
                    if abs(step) >= 0.005
                },
            }
            for one in report.faces
        ],
        "no_face": [str(face) for face in report.undetected],
    }


def _measure_json(measure: Measure) -> dict[str, Any]:
    return {
        "recognised": measure.recognised,
        "judged": len(measure.verdicts),
        "confusion": [list(row) for row in measure.confusion],
        "faces": [
            {
                "face": str(one.face),
                "recognised": one.recognised,
                "own": str(one.own),
                "own_distance": round(one.own_distance, 3),
                "other": str(one.other),
                "other_distance": round(one.other_distance, 3),
            }
            for one in measure.verdicts
        ],
        "closest": [
            {"faces": [str(pair.one), str(pair.other)], "distance": round(pair.distance, 3)}
            for pair in measure.closest
        ],
    }
