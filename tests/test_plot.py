"""Plots are sound SVG that says what it was given, whatever it was given."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.plot import (
    Axis,
    Bar,
    Cloud,
    Line,
    Spot,
    bar_chart,
    heat_map,
    histogram,
    line_chart,
    scatter,
)
from mien_trainer.plot.axis import scale, shown

SVG = "{http://www.w3.org/2000/svg}"
ANY = st.floats(allow_nan=True, allow_infinity=True, width=32)
POINTS = st.lists(st.tuples(ANY, ANY), max_size=8)
NAMES = st.text(st.characters(exclude_categories=["C"]), max_size=9)


def drawn(text: str) -> ET.Element:
    """The picture, once it is known to be whole, to stand alone and to have numbers only."""
    root = ET.fromstring(text)  # noqa: S314  our own text
    assert root.tag == f"{SVG}svg"
    assert not re.search(r"\b(nan|inf)\b", re.sub(r">[^<]*<|label=\"[^\"]*\"", "><", text))
    assert not re.search(r"href|url\(|<script|@import", re.sub(r">[^<]*<", "><", text))
    return root


def words(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def numbers(path: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+\.?\d*", path)]


@given(st.lists(st.tuples(NAMES, POINTS), max_size=3), st.booleans(), st.booleans())
def test_any_lines(lines: list[tuple[str, list[tuple[float, float]]]], x: bool, y: bool) -> None:
    root = drawn(
        line_chart(
            [Line(name=name, points=points) for name, points in lines],
            x=Axis(log=x, label="x"),
            y=Axis(log=y, label="y"),
        )
    )
    if len(lines) > 1:
        assert {name for name, _ in lines} <= set(words(root))


@given(st.lists(st.tuples(NAMES, st.lists(ANY, max_size=3), st.none() | ANY), max_size=4))
def test_any_bars(rows: list[tuple[str, list[float], float | None]]) -> None:
    bars = [Bar(name=name, values=values, mark=mark) for name, values, mark in rows]
    root = drawn(bar_chart(bars, title="t", series=("a", "b", "c")))
    assert {name for name, *_ in rows} <= set(words(root))


@given(st.lists(st.lists(ANY, min_size=3, max_size=3), max_size=4), NAMES, st.booleans())
def test_any_heat_map(values: list[list[float]], name: str, written: bool) -> None:
    drawn(
        heat_map(
            values,
            title=name,
            rows=[name] * len(values),
            columns=[name] * 3,
            across=name,
            up=name,
            spots=[Spot(name=name, x=0.5, y=0.5)],
            written=written,
        )
    )


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=9), NAMES)
def test_any_histogram(counts: list[float], name: str) -> None:
    edges = [float(edge) for edge in range(len(counts) + 1)]
    root = drawn(histogram(counts, edges, title=name, marks={name: 0.5}))
    assert name in words(root)


@given(st.lists(st.tuples(NAMES, POINTS), max_size=3))
def test_any_clouds(clouds: list[tuple[str, list[tuple[float, float]]]]) -> None:
    made = [Cloud(name=name, points=points, names=[name]) for name, points in clouds]
    drawn(scatter(made, even=True))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_round_and_inside(low: float, span: float) -> None:
    made = scale(Axis(low=low, high=low + span), (), 0.0, 100.0)
    ticks = made.ticks()
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-6 * span <= tick <= low + span + 1e-6 * span for tick in ticks)
    steps = {round((after - before) / span, 6) for before, after in pairwise(ticks)}
    assert len(steps) == 1


@given(st.floats(1e-6, 1e3), st.floats(2.0, 1e6))
def test_a_log_axis_gives_every_tenfold_the_same_room(low: float, factor: float) -> None:
    made = scale(Axis(log=True), [low, low * factor], 0.0, 100.0)
    places = [made(low * factor**share) for share in (0.0, 0.5, 1.0)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=1e-6)


def test_bars_are_as_long_as_their_values() -> None:
    text = bar_chart([Bar(name="one", values=[0.25]), Bar(name="two", values=[0.5], alarm=True)])
    bars = list(drawn(text).iter(f"{SVG}rect"))
    assert float(bars[1].attrib["width"]) == pytest.approx(
        2 * float(bars[0].attrib["width"]), abs=0.2
    )
    assert "--error" in bars[1].attrib["fill"]
    assert "--error" not in bars[0].attrib["fill"]


def test_a_line_goes_through_its_points_and_breaks_at_gaps() -> None:
    line = Line(name="loss", points=[(0, 0.0), (1, 1.0), (2, math.nan), (3, 0.5)])
    root = drawn(line_chart([line], x=Axis(low=0, high=4), y=Axis(low=0, high=1)))
    curves = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "1.8"]
    assert len(curves) == 2
    x0, y0, x1, y1 = numbers(curves[0].attrib["d"])
    x3, y3 = numbers(curves[1].attrib["d"])[:2]
    assert x3 - x0 == pytest.approx(3 * (x1 - x0), abs=0.3)
    assert y0 - y1 == pytest.approx(2 * (y0 - y3), abs=0.3)


def test_heat_map_shades_follow_values_and_zero_stays_empty() -> None:
    root = drawn(heat_map([[0.0, 1.0], [4.0, math.nan]]))
    shades = [
        float(cell.attrib["fill-opacity"])
        for cell in root.iter(f"{SVG}rect")
        if cell.get("fill") != "none"
    ]
    assert len(shades) == 2
    assert shades[0] < shades[1] == 1.0


def test_histogram_columns_stand_where_their_edges_are() -> None:
    root = drawn(histogram([1, 0, 4], [0.0, 1.0, 2.0, 4.0]))
    one, other = root.iter(f"{SVG}rect")
    assert float(other.attrib["height"]) == pytest.approx(4 * float(one.attrib["height"]), abs=0.4)
    assert float(other.attrib["width"]) == pytest.approx(2 * float(one.attrib["width"]), abs=1.5)
    with pytest.raises(ValueError, match="2 counts need 3 edges, not 2"):
        histogram([1, 2], [0.0, 1.0])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1500, "1500"), (25000, "25k"), (3.4e6, "3.4M"), (1e-5, "1e-5"), (-0.0, "0")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    "empty",
    [
        lambda: line_chart([]),
        lambda: bar_chart([]),
        lambda: heat_map([]),
        lambda: scatter([]),
    ],
)
def test_nothing_to_draw_is_an_empty_plot(empty: Callable[[], str]) -> None:
    drawn(empty())
