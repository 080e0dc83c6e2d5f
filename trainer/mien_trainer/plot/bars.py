"""Bars by name, lying, so that names read; several series side by side, or a mark beside each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from mien.drawing.svg import number
from mien_trainer.plot.axis import FROM_ZERO, Axis, Scale, scale, shown
from mien_trainer.plot.canvas import (
    LETTER,
    Frame,
    axis_across,
    colour,
    document,
    heading,
    legend,
    text,
)

_THICK, _GAP = 11, 9
_ROOM = 46  # for a value beside its bar


@frozen(kw_only=True)
class Bar:
    """A name with a value a series (NaN: none); ``mark`` is where it should be.

    ``alarm``: its bars are drawn as wrong.
    """

    name: str
    values: Sequence[float]
    mark: float | None = field(default=None)
    alarm: bool = field(default=False)


def bar_chart(
    bars: Sequence[Bar],
    *,
    title: str = "",
    series: Sequence[str] = (),
    x: Axis = FROM_ZERO,
    width: int = 560,
) -> str:
    """The bars from zero as SVG text; ``series`` names the values where there are several."""
    most = max((len(bar.values) for bar in bars), default=1)
    pitch = _THICK * most + _GAP
    top = 28 if len(series) < 2 else 30 + 19 * len(series)
    left = 14 + LETTER * max((len(bar.name) for bar in bars), default=0)
    frame = Frame(left=left, right=width - 44, top=top, bottom=top + pitch * len(bars))
    marks = [bar.mark for bar in bars if bar.mark is not None]
    across = scale(x, [*(v for bar in bars for v in bar.values), *marks], left, frame.right)
    parts = [heading(title), *axis_across(across, frame, x.label)]
    if len(series) > 1:
        parts += legend(series, left + 5, 34)
    for position, bar in enumerate(bars):
        parts += _bar(bar, across, frame, frame.top + pitch * position, pitch)
    return document(width, frame.bottom + (42 if x.label else 24), title, parts)


def _bar(bar: Bar, across: Scale, frame: Frame, top: float, pitch: float) -> Iterator[str]:
    middle = top + pitch / 2
    yield text(frame.left - 8, middle + 4, bar.name, "end")
    start = across(max(across.low, min(0.0, across.high)))
    for position, value in enumerate(bar.values):
        if not math.isfinite(value):
            continue
        y, end = top + _GAP / 2 + _THICK * position, across(value)
        fill = "var(--error, #b3261e)" if bar.alarm else colour(position)
        yield (
            f'<rect x="{number(min(start, end))}" y="{number(y)}" height="{_THICK - 1}"'
            f' width="{number(abs(end - start))}" rx="1.5" fill="{fill}"/>\n'
        )
        if len(bar.values) == 1:
            mark = end if bar.mark is None else across(bar.mark)
            edge = mark if end <= mark < end + _ROOM else end
            yield text(edge + 6, y + 9, shown(value), soft=0.75)
    if bar.mark is not None:
        x = number(across(bar.mark))
        yield (
            f'<path d="M{x} {number(top + 2)}V{number(top + pitch - 2)}" stroke="currentColor"'
            ' stroke-width="2" fill="none"/>\n'
        )
