"""How often values fall between edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from mien.drawing.svg import number
from mien_trainer.plot.axis import FROM_ZERO, OPEN, Axis, Scale, scale
from mien_trainer.plot.canvas import Frame, axis_across, axis_up, colour, document, heading, marker

_NONE: Mapping[str, float] = MappingProxyType({})


def histogram(
    counts: Sequence[float],
    edges: Sequence[float],
    *,
    title: str = "",
    x: Axis = OPEN,
    y: Axis = FROM_ZERO,
    marks: Mapping[str, float] = _NONE,
    width: int = 440,
    height: int = 240,
) -> str:
    """``counts`` (n) between ``edges`` (n + 1) as SVG text; ``marks`` are named values to compare.

    Raises:
        ValueError: there is not one edge more than counts.
    """
    if len(edges) != len(counts) + 1:
        raise ValueError(f"{len(counts)} counts need {len(counts) + 1} edges, not {len(edges)}")
    frame = Frame(
        left=52,
        right=width - 12,
        top=48 if y.label else 28,
        bottom=height - (44 if x.label else 26),
    )
    across = scale(
        Axis(
            low=edges[0] if x.low is None else x.low,
            high=edges[-1] if x.high is None else x.high,
        ),
        (),
        frame.left,
        frame.right,
    )
    up = scale(y, counts, frame.bottom, frame.top)
    parts = [heading(title), *axis_across(across, frame, x.label), *axis_up(up, frame, y.label)]
    parts += _columns(counts, edges, across, up, frame)
    parts += (
        marker(across(value), name, frame, row) for row, (name, value) in enumerate(marks.items())
    )
    return document(width, height, title, parts)


def _columns(
    counts: Sequence[float], edges: Sequence[float], across: Scale, up: Scale, frame: Frame
) -> Iterator[str]:
    for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True):
        left, right, y = across(low), across(high), up(count)
        if count > 0.0 and right > left:
            yield (
                f'<rect x="{number(left)}" y="{number(y)}" fill="{colour(0)}"'
                f' width="{number(max(0.6, right - left - 0.6))}"'
                f' height="{number(frame.bottom - y)}"/>\n'
            )
