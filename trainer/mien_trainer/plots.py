"""Plots as SVG text for self-contained pages, drawn by matplotlib.

The text has no script, no date and no random id, and asks for no other file: the same values give
the same text. Words and lines take the page's own colours (currentColor, --soft, --line, --error),
so that a plot reads on a light page and on a dark one. Series have the "bright" colours of Paul
Tol, which colour-blind readers tell apart. Sizes are in CSS pixels.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from importlib.util import find_spec
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien_trainer.fault import TrainerError

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

F64 = npt.NDArray[np.float64]

_CELL, _SIDE = 20, 170
"""The side of a cell of `heat_map`, and of `density_map`."""

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999999")
"""One a series, from the first on."""

_INK, _SOFT, _LINE, _ALARM = "#000001", "#000002", "#000003", "#000004"
_THEME = {
    _INK: "currentColor",
    _SOFT: "var(--soft, currentColor)",
    _LINE: "var(--line, #8884)",
    _ALARM: "var(--error, #b3261e)",
}
_RC: Mapping[str, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 12.0,
    "text.color": _INK,
    "text.parse_math": False,
    "axes.labelcolor": _SOFT,
    "axes.edgecolor": _SOFT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.bottom": False,
    "axes.spines.left": False,
    "grid.color": _LINE,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "xtick.major.size": 0.0,
    "xtick.major.pad": 4.0,
    "ytick.major.size": 0.0,
    "ytick.major.pad": 6.0,
    "legend.frameon": False,
    "legend.handlelength": 1.2,
    "legend.borderpad": 0.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "mien",
}
_DASHES = ("-", "--", ":")
_BAR, _GAP = 11, 9
_FAINTEST = 0.12


class PlotsUnavailableError(TrainerError):
    """The package that draws plots is not installed."""


def require_plots() -> None:
    """Ask, before a long measurement, whether its plots can be drawn in the end.

    Raises:
        PlotsUnavailableError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise PlotsUnavailableError(
            "a page with plots needs matplotlib: pip install 'mien[targets]' (or leave -o out)"
        )


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
    title: str,
    series: Sequence[str] = (),
    mark: str = "",
    xlabel: str = "",
    high: float | None = None,
    width: int = 560,
) -> str:
    """Lying bars from zero to ``high``, or as far as the values reach.

    ``series`` names the values where a bar has several, ``mark`` what the marks are.
    """
    most = max((len(bar.values) for bar in bars), default=1)
    pitch = _BAR * most + _GAP
    names = [*(series if len(series) > 1 else ()), *((mark,) if mark else ())]
    height = pitch * len(bars) + 19 * len(names) + (64 if xlabel else 48)
    with _figure(title, width, height) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        axes.grid(visible=False, axis="y")
        axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
        axes.tick_params(axis="y", labelcolor=_INK)
        axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
        step = _BAR / pitch
        for at in range(most):
            rows = [
                (row, bar, float(bar.values[at]))
                for row, bar in enumerate(bars)
                if at < len(bar.values) and math.isfinite(bar.values[at])
            ]
            axes.barh(
                [row + (at - (most - 1) / 2) * step for row, *_ in rows],
                [value for *_, value in rows],
                height=step * 0.9,
                color=[_ALARM if bar.alarm else _colour(at) for _, bar, _ in rows],
            )
        for row, bar in enumerate(bars):
            if bar.mark is not None and math.isfinite(bar.mark):
                axes.plot([bar.mark] * 2, [row - 0.4, row + 0.4], color=_INK, linewidth=2)
        _limit_x(axes, bars, high)
        if most == 1:
            _write_values(axes, bars)
        axes.xaxis.set_major_formatter(_short_tick)
        axes.set_xlabel(xlabel)
        if names:
            handles: list[Artist] = [Patch(facecolor=_colour(at)) for at in range(len(names))]
            if mark:
                handles[-1] = Line2D([], [], color=_INK, linewidth=2)
            axes.legend(handles, names, loc="lower left", bbox_to_anchor=(0.0, 1.0))
        return _svg(figure, title)


def _write_values(axes: Axes, bars: Sequence[Bar]) -> None:
    """Each value beside its bar, or beside its mark where the two would meet."""
    room = 0.15 * axes.get_xlim()[1]
    for row, bar in enumerate(bars):
        value = float(bar.values[0]) if bar.values else math.nan
        if math.isfinite(value):
            meets = bar.mark is not None and value <= bar.mark <= value + room
            at = bar.mark if meets else value
            axes.annotate(
                short(value),
                (at, row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=_SOFT,
            )


def _limit_x(axes: Axes, bars: Sequence[Bar], high: float | None) -> None:
    found = [value for bar in bars for value in (*bar.values, bar.mark or 0.0)]
    found = [float(value) for value in found if math.isfinite(value)]
    low, top = min(0.0, 0.0, *found), max(0.0, 0.0, *found)
    room = 1.12 if all(len(bar.values) < 2 for bar in bars) else 1.04
    axes.set_xlim(low * room, high if high is not None else (top * room or 1.0))


def histogram(
    counts: Sequence[float],
    edges: Sequence[float],
    *,
    title: str,
    marks: Mapping[str, float] = MappingProxyType({}),
    xlabel: str = "",
    ylabel: str = "",
    width: int = 440,
) -> str:
    """``counts`` (n) between ``edges`` (n + 1); ``marks`` are named values to compare.

    Raises:
        ValueError: there is not one edge more than counts.
    """
    if len(edges) != len(counts) + 1:
        raise ValueError(f"{len(counts)} counts need {len(counts) + 1} edges, not {len(edges)}")
    with _figure(title, width, 240) as (figure, axes):
        axes.bar(edges[:-1], counts, np.diff(edges) * 0.94, align="edge", color=_colour(0))
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(0.0, 1.05 * max(counts, default=0.0) or 1.0)
        handles = [
            axes.axvline(value, color=_INK, linewidth=1.2, linestyle=_DASHES[1 + at % 2])
            for at, value in enumerate(marks.values())
        ]
        if marks:
            axes.legend(handles, list(marks), loc="upper right")
        _label(axes, xlabel, ylabel)
        return _svg(figure, title)


@frozen(kw_only=True)
class Line:
    """A curve through ``points`` (x, y), in their order; it breaks where one is not finite."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    xlabel: str = "",
    ylabel: str = "",
    width: int = 640,
    height: int = 300,
) -> str:
    """The curves, with a legend where there are two or more."""
    with _figure(title, width, height) as (figure, axes):
        handles: list[Artist] = []
        for at, line in enumerate(lines):
            points = np.array(line.points, dtype=np.float64).reshape(-1, 2)
            points[~np.isfinite(points)] = np.nan
            dash = _DASHES[at // len(COLOURS) % len(_DASHES)]
            handles += axes.plot(*points.T, color=_colour(at), linewidth=1.8, linestyle=dash)
        if len(lines) > 1:
            names = [line.name for line in lines]
            axes.legend(handles, names, loc="upper left", bbox_to_anchor=(1.02, 1.0))
        axes.margins(x=0.01)
        _label(axes, xlabel, ylabel)
        return _svg(figure, title)


def heat_map(
    values: Sequence[Sequence[float]],
    *,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    xlabel: str = "",
    ylabel: str = "",
) -> str:
    """A table of numbers (rows, columns) as shades, the first row at the top.

    Shades go with the square root of the share of the greatest value, so that small values are
    seen; 0 and what is not finite stays empty.
    """
    beside, above = (7 * max(map(len, names), default=0) for names in (rows, columns))
    width = _CELL * len(columns) + beside + 0.65 * above + 30
    height = _CELL * len(rows) + 0.75 * above + 60
    with _figure(title, width, height) as (figure, axes):
        _fill(axes, values, np.arange(len(columns) + 1.0), np.arange(len(rows) + 1.0))
        axes.set_aspect("equal")
        axes.set_xlim(0.0, len(columns) or 1.0)
        axes.set_ylim(len(rows) or 1.0, 0.0)
        axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=50, ha="left")
        axes.set_yticks(np.arange(len(rows)) + 0.5, rows)
        axes.tick_params(labeltop=True, labelbottom=False, labelcolor=_INK)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        return _svg(figure, title)


def density_map(
    counts: Sequence[Sequence[float]],
    points: Mapping[str, tuple[float, float]],
    *,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
) -> str:
    """Where points lie in [-1, 1] by [-1, 1]: ``counts`` (n up, n across) as shades.

    ``points`` (x, y) are dots that say their names on hovering.
    """
    with _figure(title, _SIDE, _SIDE + (18 if title else 0)) as (figure, axes):
        from matplotlib.patches import Circle

        edges = np.linspace(-1.0, 1.0, len(counts) + 1)
        _fill(axes, counts, edges, edges)
        for name, (x, y) in points.items():
            axes.add_patch(Circle((x, y), 0.055, color=_colour(1), gid=f"hover {name}"))
        axes.set(xlim=(-1.0, 1.0), ylim=(-1.0, 1.0), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        axes.tick_params(labelsize=10)
        _label(axes, xlabel, ylabel)
        return _svg(figure, title or f"{xlabel} and {ylabel}")


def short(value: float) -> str:
    """A number as short as it reads well: 0.05, 1200, 34k."""
    size = abs(value)
    if 1e3 <= size < 1e4:
        return f"{value:.0f}"
    if 1e4 <= size < 1e6:
        return f"{value / 1e3:.3g}k"
    if 1e6 <= size < 1e9:
        return f"{value / 1e6:.3g}M"
    return f"{value + 0.0:.3g}".replace("e-0", "e-").replace("e+0", "e")


def shades(values: Sequence[Sequence[float]]) -> F64:
    """How dark each cell is, 0 to 1: by the square root of its share of the greatest."""
    table = np.array(values or [[]], dtype=np.float64)
    shown = np.where(np.isfinite(table) & (table > 0.0), table, 0.0)
    highest = shown.max(initial=0.0)
    dark = _FAINTEST + (1.0 - _FAINTEST) * np.sqrt(shown / (highest or 1.0))
    return np.where(shown > 0.0, dark, 0.0)


def _fill(axes: Axes, values: Sequence[Sequence[float]], x: F64, y: F64) -> None:
    """Framed cells of ``values`` (R, C) between the edges ``x`` (C + 1) and ``y`` (R + 1)."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    dark = shades(values)
    places: list[list[int]] = np.argwhere(dark > 0.0).tolist()
    cells = [
        [(x[j], y[i]), (x[j + 1], y[i]), (x[j + 1], y[i + 1]), (x[j], y[i + 1])] for i, j in places
    ]
    colours = [(*to_rgb(_colour(0)), float(dark[i, j])) for i, j in places]
    axes.add_collection(PolyCollection(cells, facecolors=colours, edgecolors="none"))
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.5)


def _label(axes: Axes, xlabel: str, ylabel: str) -> None:
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_formatter(_short_tick)
    axes.yaxis.set_major_formatter(_short_tick)


def _short_tick(value: float, _: float) -> str:
    return short(value)


def _colour(series: int) -> str:
    return COLOURS[series % len(COLOURS)]


@contextmanager
def _figure(title: str, width: float, height: float) -> Generator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, in our style whatever the reader's matplotlibrc says."""
    require_plots()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(), warnings.catch_warnings():
        # The page's own font has other glyphs, and nothing to draw needs no room.
        warnings.filterwarnings("ignore", message="Glyph .* missing|constrained_layout not applied")
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", _RC))  # keys are spelled out in its types
        figure = Figure(figsize=(width / 72, height / 72), dpi=72, layout="constrained")
        if title:
            figure.suptitle(title, x=0.0, ha="left", fontsize=12, fontweight="bold")
        yield figure, figure.add_subplot()


def _svg(figure: Figure, title: str) -> str:
    """The figure as a part of a page: in its colours and its font, with ids of its own."""
    sink = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(sink, format="svg", transparent=True, metadata=nothing)
    text = sink.getvalue()
    wide, high = (f"{side:.10g}" for side in figure.get_size_inches() * 72)
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img"'
        f' aria-label="{escape(title)}" style="stroke-linejoin: round; stroke-linecap: butt">'
    )
    # The <style> would reach everything else on the page; the root says the same for us alone.
    text = re.sub(r"<metadata>.*?</metadata>|<style .*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"^.*?<svg[^>]*>", lambda _: root, text, count=1, flags=re.DOTALL)
    text = re.sub(r"font: (?:(\d+) )?([\d.]+px) [^;\"]*", _font, text)
    text = text.replace(f"; font-family: '{_RC['font.family']}'", "")
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    text = re.sub(r'<g id="hover ([^"]*)">', lambda found: f"<g><title>{found[1]}</title>", text)
    for ours, theirs in _THEME.items():
        text = text.replace(ours, theirs)
    used = set(re.findall(r"url\(#([^)]+)", text))
    own = hashlib.sha256(text.encode()).hexdigest()[:8]
    text = re.sub(
        r' id="([^"]*)"', lambda id_: f' id="{own}{id_[1]}"' if id_[1] in used else "", text
    )
    text = text.replace("url(#", f"url(#{own}")
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<g/>|<defs>\s*</defs>", "", text))


def _font(found: re.Match[str]) -> str:
    weight = f"; font-weight: {found[1]}" if found[1] else ""
    return f"font-size: {found[2]}{weight}"
