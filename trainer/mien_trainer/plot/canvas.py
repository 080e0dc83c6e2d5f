"""The parts every plot is made of: a document, a frame with its axes, texts, a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Literal

from attrs import frozen

from mien.drawing.svg import number
from mien_trainer.plot.axis import Scale, shown

COLOURS = (
    "#3f7fc4",
    "#d1495b",
    "#4c9a6f",
    "#9a6fc0",
    "#c98b2b",
    "#3aa0a6",
    "#b86b8f",
    "#7a8899",
)
"""Colours that read on white and on near-black, one a series."""

LETTER = 7.4
"""A rather wide letter, in pixels: room for names is kept by it."""

Anchor = Literal["start", "middle", "end"]
_FONT = 12


@frozen(kw_only=True)
class Frame:
    """The rectangle that data is drawn in, by its edges in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def colour(position: int) -> str:
    """The colour of the series at ``position``."""
    return COLOURS[position % len(COLOURS)]


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole SVG with its title above the data; ``title`` is read out by screen readers too."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}"'
        f' width="{number(width)}" height="{number(height)}" role="img"'
        f' aria-label="{escape(title)}" font-size="{_FONT}" fill="currentColor">\n'
        f"{''.join(parts)}</svg>\n"
    )


def heading(title: str) -> str:
    """The title of a plot, at its upper left."""
    return text(0, 14, title, bold=True) if title else ""


def text(
    x: float,
    y: float,
    words: str,
    anchor: Anchor = "start",
    *,
    bold: bool = False,
    soft: float = 1,
    halo: bool = False,
) -> str:
    """Words at a place; ``soft`` is their opacity, ``halo`` keeps them off what lies behind."""
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    weight = ' font-weight="600"' if bold else ""
    opacity = "" if soft == 1 else f' fill-opacity="{number(soft, 100)}"'
    around = ' stroke="var(--page, #fff)" stroke-width="3" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}"{end}{weight}{opacity}{around}>'
        f"{escape(words)}</text>\n"
    )


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    """A thin line of the grid."""
    return (
        f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"'
        ' stroke="var(--line, #8884)" fill="none"/>\n'
    )


def marker(x: float, words: str, frame: Frame, row: int = 0) -> str:
    """A dashed upright line at ``x`` with its name beside its upper end, ``row`` lines lower."""
    near_right = x > (frame.left + frame.right) / 2
    return (
        f'<path d="M{number(x)} {number(frame.top)}L{number(x)} {number(frame.bottom)}"'
        ' stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="4 3" fill="none"/>\n'
        + text(
            x - 5 if near_right else x + 5,
            frame.top + 11 + 15 * row,
            words,
            "end" if near_right else "start",
            halo=True,
        )
    )


def axis_across(across: Scale, frame: Frame, label: str = "") -> Iterator[str]:
    """The grid's upright lines, their numbers below and what they count."""
    for value in across.ticks():
        x = across(value)
        yield rule(x, frame.top, x, frame.bottom)
        yield text(x, frame.bottom + 16, shown(value), "middle", soft=0.75)
    if label:
        middle = (frame.left + frame.right) / 2
        yield text(middle, frame.bottom + 34, label, "middle", soft=0.75)


def axis_up(up: Scale, frame: Frame, label: str = "") -> Iterator[str]:
    """The grid's level lines, their numbers at the left and what they count above them."""
    for value in up.ticks():
        y = up(value)
        yield rule(frame.left, y, frame.right, y)
        yield text(frame.left - 8, y + 4, shown(value), "end", soft=0.75)
    if label:
        yield text(0, frame.top - 10, label, soft=0.75)


def legend(names: Sequence[str], x: float, top: float) -> Iterator[str]:
    """Which colour is what, one under another."""
    for position, name in enumerate(names):
        y = top + 19 * position
        yield (
            f'<circle cx="{number(x)}" cy="{number(y)}" r="4.5" fill="{colour(position)}"/>\n'
            + text(x + 11, y + 4, name)
        )
