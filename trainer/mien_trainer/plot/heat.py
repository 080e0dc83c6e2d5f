"""A table of numbers as shades: where points lie, which rows and columns go together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from attrs import frozen

from mien.drawing.svg import number
from mien_trainer.plot.axis import shown
from mien_trainer.plot.canvas import COLOURS, LETTER, document, heading, text

_FAINTEST = 0.12


@frozen(kw_only=True)
class Spot:
    """A named dot on a heat map, in shares of its width and height from its lower left."""

    name: str
    x: float
    y: float


def heat_map(
    values: Sequence[Sequence[float]],
    *,
    title: str = "",
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    across: str = "",
    up: str = "",
    spots: Sequence[Spot] = (),
    cell: float = 24,
    written: bool = False,
) -> str:
    """``values`` (rows, columns), the first row at the top, as SVG text; 0 and NaN stay empty.

    Shades go with the square root of the share of the greatest value, so that rare cells are seen.
    ``across`` and ``up`` name the axes; ``written``: the values stand in their cells.
    """
    wide = max((len(row) for row in values), default=0)
    side = 18.0 if up else 4.0
    left = side + (8 + LETTER * max(map(len, rows)) if rows else 0.0)
    top = 24.0 if title else 6.0
    top += 0.75 * LETTER * max((len(name) for name in columns), default=0) + (8 if columns else 0)
    right, bottom = left + cell * wide, top + cell * len(values)
    parts = [heading(title), *_names(rows, columns, left, top, cell)]
    highest = max((v for row in values for v in row if math.isfinite(v)), default=0.0)
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if math.isfinite(value) and value > 0.0:
                place = (left + cell * j, top + cell * i)
                parts += _cell(value, highest, place, cell, written)
    parts.append(
        f'<rect x="{number(left)}" y="{number(top)}" width="{number(right - left)}"'
        f' height="{number(bottom - top)}" fill="none" stroke="currentColor"'
        ' stroke-opacity="0.35"/>\n'
    )
    parts += (_spot(one, left, right, top, bottom) for one in spots)
    if across:
        parts.append(text((left + right) / 2, bottom + 15, across, "middle", soft=0.75))
    if up:
        middle = number((top + bottom) / 2)
        parts.append(
            f'<text transform="translate({number(side - 7)} {middle}) rotate(-90)"'
            f' text-anchor="middle" fill-opacity="0.75">{escape(up)}</text>\n'
        )
    slant = 0.65 * LETTER * max((len(name) for name in columns), default=0)
    width = max(right + slant + 4, LETTER * len(title))
    return document(width, bottom + (20 if across else 4), title, parts)


def _names(
    rows: Sequence[str], columns: Sequence[str], left: float, top: float, cell: float
) -> Iterator[str]:
    for i, name in enumerate(rows):
        yield text(left - 8, top + cell * (i + 0.5) + 4, name, "end")
    for j, name in enumerate(columns):
        place = f"translate({number(left + cell * (j + 0.5) + 4)} {number(top - 7)})"
        words = text(0, 0, name)
        yield f'<g transform="{place} rotate(-50)">{words}</g>\n'


def _cell(
    value: float, highest: float, place: tuple[float, float], cell: float, written: bool
) -> Iterator[str]:
    x, y = place
    shade = _FAINTEST + (1.0 - _FAINTEST) * math.sqrt(value / highest)
    yield (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(cell)}" height="{number(cell)}"'
        f' fill="{COLOURS[0]}" fill-opacity="{number(shade, 100)}"/>\n'
    )
    if written:
        yield text(x + cell / 2, y + cell / 2 + 4, shown(value), "middle")


def _spot(spot: Spot, left: float, right: float, top: float, bottom: float) -> str:
    x, y = left + spot.x * (right - left), bottom - spot.y * (bottom - top)
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="3.2" fill="{COLOURS[1]}"'
        f' stroke="var(--page, #fff)"><title>{escape(spot.name)}</title></circle>\n'
    )
