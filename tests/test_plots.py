"""Plots are sound SVG that says what it was given, whatever it was given."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# pyright: reportUnknownMemberType=false
pytest.importorskip("matplotlib", reason="needs the extra mien[targets]")

import matplotlib as mpl

from mien_trainer.plots import (
    COLOURS,
    Bar,
    Line,
    PlotsUnavailableError,
    bar_chart,
    density_map,
    heat_map,
    histogram,
    line_chart,
    require_plots,
    shades,
    short,
)

SVG = "{http://www.w3.org/2000/svg}"
ANY = st.floats(allow_nan=True, allow_infinity=True, width=32)
POINTS = st.lists(st.tuples(ANY, ANY), max_size=8)
NAMES = st.text(st.characters(exclude_categories=["C"]), max_size=9)
FEW = settings(max_examples=25, deadline=None)


def drawn(text: str) -> ET.Element:
    """The picture, once it is known to be whole, to stand alone and to have numbers only."""
    root = ET.fromstring(text)  # noqa: S314  our own text
    assert root.tag == f"{SVG}svg"
    bare = re.sub(r">[^<]*<|label=\"[^\"]*\"", "><", text)
    assert not re.search(r"\b(nan|inf)\b", bare)
    assert not re.search(r"href|url\([^#]|<script|<style|@import", bare)
    ids = {one.attrib["id"] for one in root.iter() if "id" in one.attrib}
    assert ids == set(re.findall(r"url\(#([^)]+)", bare))
    return root


def words(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def filled(root: ET.Element, colour: str) -> list[ET.Element]:
    return [path for path in root.iter(f"{SVG}path") if f"fill: {colour}" in path.get("style", "")]


def box(path: ET.Element) -> tuple[float, float, float, float]:
    """Left, upper edge, width and height of a path."""
    numbers = [float(one) for one in re.findall(r"-?\d+\.?\d*", path.attrib["d"])]
    x, y = numbers[::2], numbers[1::2]
    return min(x), min(y), max(x) - min(x), max(y) - min(y)


def said(names: set[str]) -> set[str]:
    """Names as XML gives them back, where they show at all."""
    return {name.replace("\xa0", " ").strip() for name in names if name.strip()}


@FEW
@given(st.lists(st.tuples(NAMES, POINTS), max_size=3))
def test_any_lines(lines: list[tuple[str, list[tuple[float, float]]]]) -> None:
    made = [Line(name=f"line {name}", points=points) for name, points in lines]
    root = drawn(line_chart(made, title="t", xlabel="x", ylabel="y"))
    if len(lines) > 1:
        assert said({f"line {name}" for name, _ in lines}) <= said(set(words(root)))


@FEW
@given(st.lists(st.tuples(NAMES, st.lists(ANY, max_size=3), st.none() | ANY), max_size=4))
def test_any_bars(rows: list[tuple[str, list[float], float | None]]) -> None:
    bars = [Bar(name=name, values=values, mark=mark) for name, values, mark in rows]
    root = drawn(bar_chart(bars, title="t", series=("a", "b", "c"), mark="m"))
    assert said({name for name, *_ in rows}) <= said(set(words(root)))


@FEW
@given(st.lists(st.lists(ANY, min_size=3, max_size=3), max_size=4), NAMES)
def test_any_heat_map(values: list[list[float]], name: str) -> None:
    drawn(
        heat_map(
            values,
            title=name,
            rows=[name] * len(values),
            columns=[name] * 3,
            xlabel=name,
            ylabel=name,
        )
    )


@FEW
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=9), NAMES)
def test_any_histogram(counts: list[float], name: str) -> None:
    edges = [float(edge) for edge in range(len(counts) + 1)]
    root = drawn(histogram(counts, edges, title=name, marks={f"at {name}": 0.5}))
    assert said({f"at {name}"}) <= said(set(words(root)))


def test_bars_are_as_long_as_their_values() -> None:
    text = bar_chart(
        [Bar(name="one", values=[0.25]), Bar(name="two", values=[0.5], alarm=True)], title="t"
    )
    root = drawn(text)
    (right,), (wrong,) = filled(root, COLOURS[0]), filled(root, r"var(--error")
    assert box(wrong)[2] == pytest.approx(2 * box(right)[2], abs=1e-3)
    assert box(wrong)[1] > box(right)[1]
    assert {"0.25", "0.5"} <= set(words(root))


def test_series_and_marks_are_named() -> None:
    bars = [Bar(name="joy", values=[0.5, 0.4], mark=0.9)]
    root = drawn(bar_chart(bars, title="t", series=("first", "second"), mark="wanted"))
    assert {"first", "second", "wanted"} <= set(words(root))
    assert len(filled(root, COLOURS[1])) == 2  # the bar, and its patch in the legend


def test_a_line_goes_through_its_points_and_breaks_at_gaps() -> None:
    line = Line(name="loss", points=[(0, 0.0), (1, 1.0), (2, math.nan), (3, 0.5)])
    root = drawn(line_chart([line], title="t"))
    (curve,) = [
        one for one in root.iter(f"{SVG}path") if f"stroke: {COLOURS[0]}" in one.attrib["style"]
    ]
    assert curve.attrib["d"].count("M") == 2
    x0, y0, x1, y1, x3, y3 = (
        float(one) for one in re.findall(r"-?\d+\.?\d*", curve.attrib["d"])[:6]
    )
    assert x3 - x0 == pytest.approx(3 * (x1 - x0), abs=1e-3)
    assert y0 - y1 == pytest.approx(2 * (y0 - y3), abs=1e-3)


def test_heat_map_shades_follow_values_and_zero_stays_empty() -> None:
    dark = shades([[0.0, 1.0], [4.0, math.nan]])
    assert dark[0, 0] == dark[1, 1] == 0.0
    assert 0.0 < dark[0, 1] < dark[1, 0] == 1.0
    root = drawn(heat_map([[0.0, 1.0], [4.0, math.nan]], title="t", rows="ab", columns="cd"))
    pale, full = filled(root, COLOURS[0])
    assert "fill-opacity" in pale.attrib["style"]
    assert "fill-opacity" not in full.attrib["style"]
    # The first row is at the top, the first column at the left.
    assert box(pale)[1] < box(full)[1]
    assert box(full)[0] < box(pale)[0]


def test_density_map_has_its_first_row_at_the_bottom_and_names_its_points() -> None:
    root = drawn(density_map([[1, 0], [0, 4]], {"low & <b>": (-1.0, -1.0)}, title="joy"))
    pale, full = filled(root, COLOURS[0])
    assert box(full)[1] < box(pale)[1]
    assert box(pale)[0] < box(full)[0]
    assert [one.text for one in root.iter(f"{SVG}title")] == ["low & <b>"]


def test_histogram_columns_stand_where_their_edges_are() -> None:
    root = drawn(histogram([1, 0, 4], [0.0, 1.0, 2.0, 4.0], title="t"))
    one, none, other = (box(path) for path in filled(root, COLOURS[0]))
    assert none[3] == 0.0
    assert other[3] == pytest.approx(4 * one[3], abs=1e-3)
    assert other[2] == pytest.approx(2 * one[2], abs=1e-3)
    with pytest.raises(ValueError, match="2 counts need 3 edges, not 2"):
        histogram([1, 2], [0.0, 1.0], title="t")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1500, "1500"), (25000, "25k"), (3.4e6, "3.4M"), (1e-5, "1e-5"), (-0.0, "0")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    "empty",
    [
        lambda: line_chart([], title=""),
        lambda: bar_chart([], title=""),
        lambda: heat_map([], title="", rows=(), columns=()),
        lambda: density_map([], {}),
    ],
)
def test_nothing_to_draw_is_an_empty_plot(empty: Callable[[], str]) -> None:
    drawn(empty())


def test_the_same_values_give_the_same_text_under_any_matplotlibrc() -> None:
    def made() -> str:
        return density_map([[1, 2], [3, 4]], {"low": (0.0, 0.5)}, title="joy", xlabel="valence")

    first = made()
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 30, "svg.hashsalt": None, "axes.grid": False}):
        assert made() == first
        assert mpl.rcParams["font.size"] == 30
    assert dict(mpl.rcParams) == before


def test_plots_of_one_page_share_no_ids_and_take_the_pages_colours() -> None:
    one, other = (drawn(line_chart([], title=title)) for title in ("one", "other"))
    ids = [{node.get("id") for node in root.iter() if node.get("id")} for root in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    text = bar_chart([Bar(name="a", values=[1.0])], title="t", xlabel="x")
    assert "currentColor" in text
    assert "var(--line" in text
    assert "#00000" not in text
    assert "font-family" not in text


def test_words_are_words_and_no_mathematics() -> None:
    root = drawn(bar_chart([Bar(name="$x^2$", values=[1.0])], title="5 $ or $ <b>"))
    assert {"$x^2$", "5 $ or $ <b>"} <= set(words(root))


def test_without_matplotlib_the_refusal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlotsUnavailableError, match=r"pip install 'mien\[targets\]'"):
        require_plots()
    with pytest.raises(PlotsUnavailableError):
        line_chart([], title="t")
