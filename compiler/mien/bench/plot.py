"""The faces' rows as a picture: nanoseconds a face by batch, both axes logarithmic. Plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from mien.bench.row import Row

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 220, 40, 60
_COLOURS = ("#d1495b", "#3b6ea5", "#66a182", "#8d6a9f", "#c98b2b", "#5c677d", "#2e4057", "#a44a3f")
_PREFIX = "faces / "
_SHOWN = frozenset(
    _PREFIX + name
    for name in (
        "scipy, dense",
        "scipy, sparse",
        "numpy, as written",
        "torch",
        "our numpy path",
        "row writes",
    )
)

Series = dict[str, list[tuple[int, float]]]
"""Name to (batch, nanoseconds a face)."""


def as_svg(rows: Sequence[Row]) -> str:
    """A line for us and one for each peer of the faces' rows."""
    series = _series(rows)
    points = [point for line in series.values() for point in line]
    if not points:
        return _document(["<text x='20' y='40'>no faces were measured</text>"])
    across = _scale([math.log10(batch) for batch, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _scale([math.log10(cost) for _, cost in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f"<text x='{_LEFT}' y='22' font-size='15'>nanoseconds a face, by batch (one core)</text>"
    ]
    for batch in sorted({batch for batch, _ in points}):
        x = across(math.log10(batch))
        parts.append(f"<line x1='{x}' x2='{x}' y1='{_TOP}' y2='{_HEIGHT - _BOTTOM}' class='grid'/>")
        parts.append(
            f"<text x='{x}' y='{_HEIGHT - _BOTTOM + 20}' text-anchor='middle'>{batch:,}</text>"
        )
    lowest, highest = (pick(cost for _, cost in points) for pick in (min, max))
    for power in range(math.ceil(math.log10(lowest)), math.floor(math.log10(highest)) + 1):
        y = up(power)
        parts.append(f"<line x1='{_LEFT}' x2='{_WIDTH - _RIGHT}' y1='{y}' y2='{y}' class='grid'/>")
        parts.append(f"<text x='{_LEFT - 8}' y='{y + 4}' text-anchor='end'>{10**power:,}</text>")
    for position, (name, line) in enumerate(series.items()):
        colour = _COLOURS[position % len(_COLOURS)]
        places = [(across(math.log10(batch)), up(math.log10(cost))) for batch, cost in line]
        path = " ".join(f"{x},{y}" for x, y in places)
        parts.append(
            f"<polyline points='{path}' fill='none' stroke='{colour}' "
            f"stroke-width='{3 if name == 'ours' else 1.5}'/>"
        )
        parts += [f"<circle cx='{x}' cy='{y}' r='3' fill='{colour}'/>" for x, y in places]
        y = _TOP + 14 + 20 * position
        parts.append(f"<circle cx='{_WIDTH - _RIGHT + 20}' cy='{y - 4}' r='5' fill='{colour}'/>")
        parts.append(f"<text x='{_WIDTH - _RIGHT + 32}' y='{y}'>{escape(name)}</text>")
    return _document(parts)


def _series(rows: Sequence[Row]) -> Series:
    series: Series = {"ours": []}
    for row in rows:
        if row.name not in _SHOWN:
            continue
        cost = 1e9 / row.batch
        if all(batch != row.batch for batch, _ in series["ours"]):
            series["ours"].append((row.batch, row.ours * cost))
        series.setdefault(row.name.removeprefix(_PREFIX), []).append((row.batch, row.peer * cost))
    return series if series["ours"] else {}


class _Scale:
    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._start = low, start
        self._factor = (end - start) / ((high - low) or 1.0)

    def __call__(self, value: float) -> float:
        return round(self._start + (value - self._low) * self._factor, 1)


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    return _Scale(min(values), max(values), start, end)


def _document(parts: Sequence[str]) -> str:
    style = "text{font:12px sans-serif;fill:#222}.grid{stroke:#ddd}"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}'>"
        f"<style>{style}</style><rect width='100%' height='100%' fill='white'/>"
        + "".join(parts)
        + "</svg>\n"
    )
