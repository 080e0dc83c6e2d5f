"""Points by two values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from attrs import field, frozen

from mien.drawing.svg import number
from mien_trainer.plot.axis import OPEN, Axis, Scale, scale
from mien_trainer.plot.canvas import Frame, axis_across, axis_up, colour, document, heading, legend

_LEGEND = 150


@frozen(kw_only=True)
class Cloud:
    """Points (x, y) of one kind; ``names``, where given, are said on hovering."""

    name: str
    points: Sequence[tuple[float, float]]
    names: Sequence[str] = field(default=())


def scatter(
    clouds: Sequence[Cloud],
    *,
    title: str = "",
    x: Axis = OPEN,
    y: Axis = OPEN,
    even: bool = False,
    width: int = 440,
    height: int = 320,
) -> str:
    """The points as SVG text; ``even`` adds the line of equal values."""
    named = len(clouds) > 1
    frame = Frame(
        left=52,
        right=width - (_LEGEND if named else 12),
        top=48 if y.label else 28,
        bottom=height - (44 if x.label else 26),
    )
    points = [point for cloud in clouds for point in cloud.points]
    across = scale(x, (point[0] for point in points), frame.left, frame.right)
    up = scale(y, (point[1] for point in points), frame.bottom, frame.top)
    parts = [heading(title), *axis_across(across, frame, x.label), *axis_up(up, frame, y.label)]
    if even:
        low, high = max(across.low, up.low), min(across.high, up.high)
        parts.append(
            f'<path d="M{number(across(low))} {number(up(low))}L{number(across(high))}'
            f' {number(up(high))}" stroke="currentColor" stroke-opacity="0.45"'
            ' stroke-dasharray="4 3" fill="none"/>\n'
        )
    for position, cloud in enumerate(clouds):
        parts += _dots(cloud, position, across, up)
    if named:
        parts += legend([cloud.name for cloud in clouds], frame.right + 20, frame.top + 6)
    return document(width, height, title, parts)


def _dots(cloud: Cloud, position: int, across: Scale, up: Scale) -> Iterator[str]:
    for place, (x, y) in enumerate(cloud.points):
        if not (across.shows(x) and up.shows(y)):
            continue
        name = cloud.names[place] if place < len(cloud.names) else ""
        hover = f"<title>{escape(name)}</title>" if name else ""
        yield (
            f'<circle cx="{number(across(x))}" cy="{number(up(y))}" r="3.4"'
            f' fill="{colour(position)}" fill-opacity="0.75">{hover}</circle>\n'
        )
