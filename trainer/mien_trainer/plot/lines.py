"""Curves over a common axis: losses by step, weights by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from mien.drawing.svg import number
from mien_trainer.plot.axis import OPEN, Axis, Scale, scale
from mien_trainer.plot.canvas import (
    COLOURS,
    Frame,
    axis_across,
    axis_up,
    colour,
    document,
    heading,
    legend,
)

_LEGEND = 150
_DASHES = ("", "6 3", "2 3")


@frozen(kw_only=True)
class Line:
    """A curve through ``points`` (x, y), in their order; it breaks where a point has no place."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(
    lines: Sequence[Line],
    *,
    title: str = "",
    x: Axis = OPEN,
    y: Axis = OPEN,
    width: int = 640,
    height: int = 300,
) -> str:
    """The curves as SVG text, with a legend where there are two or more."""
    named = len(lines) > 1
    frame = Frame(
        left=52,
        right=width - (_LEGEND if named else 12),
        top=48 if y.label else 28,
        bottom=height - (44 if x.label else 26),
    )
    points = [point for line in lines for point in line.points]
    across = scale(x, (point[0] for point in points), frame.left, frame.right)
    up = scale(y, (point[1] for point in points), frame.bottom, frame.top)
    parts = [heading(title), *axis_across(across, frame, x.label), *axis_up(up, frame, y.label)]
    for position, line in enumerate(lines):
        parts += _strokes(line, position, across, up)
    if named:
        parts += legend([line.name for line in lines], frame.right + 20, frame.top + 6)
    return document(width, height, title, parts)


def _strokes(line: Line, position: int, across: Scale, up: Scale) -> Iterator[str]:
    dash = _DASHES[position // len(COLOURS) % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    for piece in _pieces(line, across, up):
        path = "L".join(f"{number(across(x))} {number(up(y))}" for x, y in piece)
        if len(piece) == 1:
            path += "h0.1"
        yield (
            f'<path d="M{path}" fill="none" stroke="{colour(position)}" stroke-width="1.8"'
            f' stroke-linejoin="round" stroke-linecap="round"{dashed}/>\n'
        )


def _pieces(line: Line, across: Scale, up: Scale) -> Iterator[list[tuple[float, float]]]:
    piece: list[tuple[float, float]] = []
    for x, y in line.points:
        if across.shows(x) and up.shows(y):
            piece.append((x, y))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
