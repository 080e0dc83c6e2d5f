"""What MediaPipe reads on one head, as sections of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.drawing.svg import markup
from mien.judge.measures import ChannelSight, Face, Sight
from mien.judge.report import FAINT, Measure, Report, channels_with, measure_line
from mien.sheet.html import table_html

_STRONG = 6
STYLE = """
.recognised { color: #3d7a5a; font-weight: 600; } .missed { color: var(--error); font-weight: 600; }
h2 { margin: 2rem 0 .5rem; } h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
.grids { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; }
.pairs { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; }
.pair { display: flex; gap: 6px; } .pair figure { width: 112px; }
.pair figure img { width: 112px; height: 112px; display: block; border-radius: 8px; }
table { border-collapse: collapse; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .75rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); }
"""


def report_sections(report: Report) -> Iterator[str]:
    """The sections of a page of which `STYLE` is a part of the style."""
    yield from (f"<p>{markup(line)}</p>\n" for line in _summary(report))
    pictures = {one.face: one.picture for one in report.faces}
    yield '<h2>What each face looks like</h2>\n<div class="grids">\n'
    for measure in report.measures:
        grid = confusion_svg(report.labels, measure.confusion, f"Confusion by {measure.name}")
        yield f"<div>\n<p>{markup(measure_line(measure))}.</p>\n{grid}</div>\n"
    yield "</div>\n"
    for measure in report.measures:
        yield from _measure(measure, pictures)
    if report.sights:
        yield from _channels(report.sights)
    yield from _readings(report)


def _summary(report: Report) -> Iterator[str]:
    yield (
        f"Each archetype is drawn in {report.views} turns of the head; the reading of the face at "
        "rest is taken away. A face is recognised where the nearest of "
        "all others is of its own label. Rows are what was meant, columns what it is nearest to. "
        "The label that holds the face at rest is compared with and not judged."
    )
    if report.sights:
        hidden = channels_with(report, Sight.HIDDEN)
        yield f"It does not observe {', '.join(hidden)}." if hidden else "Every channel shows."
    if report.undetected:
        yield f"No face was found in {', '.join(str(face) for face in report.undetected)}."


def _measure(measure: Measure, pictures: dict[Face, str]) -> Iterator[str]:
    def far(distance: float) -> str:
        return f"{distance:.1f}{measure.unit}" if measure.unit else f"{distance:.2f}"

    yield f"<h2>By {markup(measure.name)}</h2>\n<h3>Not recognised</h3>\n"
    if not measure.failures:
        yield "<p>None: every face is nearest to one of its own label.</p>\n"
    yield '<div class="pairs">\n'
    for one in measure.failures:
        yield '<div class="pair">\n'
        yield _figure(one.face, "meant", pictures)
        yield _figure(one.other, far(one.other_distance), pictures, "missed")
        yield _figure(one.own, far(one.own_distance), pictures, "recognised")
        yield "</div>\n"
    yield '</div>\n<h3>Closest faces of different labels</h3>\n<div class="pairs">\n'
    for pair in measure.closest:
        yield '<div class="pair">\n'
        yield _figure(pair.one, "", pictures)
        yield _figure(pair.other, far(pair.distance), pictures)
        yield "</div>\n"
    yield "</div>\n"


def _figure(face: Face, note: str, pictures: dict[Face, str], tone: str = "") -> str:
    return (
        f'<figure>\n<img src="{markup(pictures[face])}" alt="{markup(str(face))}">\n'
        f"<figcaption>{markup(str(face))}</figcaption>\n"
        f'<ul><li class="{tone}">{markup(note)}</li></ul>\n</figure>\n'
    )


def _channels(sights: Sequence[ChannelSight]) -> Iterator[str]:
    yield (
        "<h2>Channels</h2>\n<p>Alone: how far a channel's own reading rises when it alone is "
        "driven to 1. Correlation and slope: of what is read against what the bank's faces "
        "drive.</p>\n"
    )
    rows = sorted(sights, key=lambda one: (list(Sight).index(one.sight), -one.correlation))
    yield table_html(
        ("channel", "", "alone", "highest driven", "correlation", "slope"),
        (
            (
                one.channel,
                one.sight.value,
                f"{one.alone:+.2f}",
                f"{one.highest:.2f}",
                f"{one.correlation:+.2f}",
                f"{one.slope:+.2f}",
            )
            for one in rows
        ),
    )


def _readings(report: Report) -> Iterator[str]:
    yield (
        "<h2>Readings</h2>\n<p>Size and strongest parts of each face's change from rest. Below "
        f"{FAINT:g} a face is hardly seen.</p>\n"
    )
    yield table_html(
        ("face", "size", "strongest parts"),
        (
            (str(one.face), f"{one.size:.2f}", _largest_changes(report.channels, one.change))
            for one in report.faces
        ),
    )


def _largest_changes(channels: Sequence[str], change: Sequence[float]) -> str:
    ranked = sorted(zip(channels, change, strict=True), key=lambda part: -abs(part[1]))
    return ", ".join(f"{name} {step:+.2f}" for name, step in ranked[:_STRONG] if abs(step) >= 0.05)


_CELL, _SIDE, _TOP = 26, 108, 92


def confusion_svg(labels: Sequence[str], counts: Sequence[Sequence[int]], title: str) -> str:
    """``counts`` (n, n) as SVG text; the diagonal is what one hopes for."""
    size = _CELL * len(labels)
    width, height = _SIDE + size + 40, _TOP + size + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-size="12">\n<title>{markup(title)}</title>\n'
        f"{''.join(_parts(labels, counts, size))}</svg>\n"
    )


def _parts(labels: Sequence[str], counts: Sequence[Sequence[int]], size: int) -> Iterator[str]:
    most = max((count for row in counts for count in row), default=0)
    for i, label in enumerate(labels):
        middle = i * _CELL + _CELL / 2
        yield (
            f'<text x="{_SIDE - 8}" y="{_TOP + middle + 4:g}" text-anchor="end"'
            f' fill="currentColor">{markup(label)}</text>\n'
            f'<text transform="translate({_SIDE + middle + 4:g} {_TOP - 8}) rotate(-60)"'
            f' fill="currentColor">{markup(label)}</text>\n'
        )
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            yield _cell(x, y, count, most)
    yield (
        f'<rect x="{_SIDE}" y="{_TOP}" width="{size}" height="{size}" fill="none"'
        ' stroke="currentColor" stroke-opacity="0.35"/>\n'
    )


def _cell(x: int, y: int, count: int, most: int) -> str:
    left, top = _SIDE + x * _CELL, _TOP + y * _CELL
    box = f'<rect x="{left}" y="{top}" width="{_CELL}" height="{_CELL}"'
    if count == 0:
        shade = 0.05 if x == y else 0.0
        return f'{box} fill="currentColor" fill-opacity="{shade:g}"/>\n'
    colour = "#3d7a5a" if x == y else "#b3261e"
    opacity = 0.35 + 0.65 * count / most
    return (
        f'{box} fill="{colour}" fill-opacity="{opacity:.2f}"/>\n'
        f'<text x="{left + _CELL / 2:g}" y="{top + _CELL / 2 + 4:g}" text-anchor="middle"'
        f' font-weight="600" fill="#fff">{count}</text>\n'
    )
