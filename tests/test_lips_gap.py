"""The gaps between lips and teeth, against the drawing of the face that ships."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.drawing.document import shipped_face
from mien.drawing.pose import PosedLayer, pose
from mien_trainer.lips.closures import lip_gap, teeth_gap
from mien_trainer.lips.read import shipped_table

TABLE = shipped_table()
CHANNELS = TABLE.rig.names
MOUTH = tuple(one for one in CHANNELS if one.startswith(("mouth", "jaw", "cheekP", "nose", "tong")))
SPEECH = tuple(channel for group in TABLE.groups.values() for channel in group.channels)
FACE = shipped_face()
SEAM, SEAM_LOW = (
    next(layer.width for layer in FACE.layers if layer.name == name) for name in ("seam", "seamLow")
)
TOUCH = (SEAM + SEAM_LOW) / 2
"""Lips so near that the lines along their edges cover what is between, in view units."""

faces = st.dictionaries(st.sampled_from(MOUTH), st.floats(0.0, 1.0), max_size=9)
faint = st.dictionaries(st.sampled_from(MOUTH), st.floats(0.0, 0.2), max_size=9)
speaking = st.dictionaries(st.sampled_from(SPEECH), st.floats(0.0, 1.0), max_size=9)


def row(weights: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[weights.get(name, 0.0) for name in CHANNELS]])


def knots(layers: dict[str, PosedLayer], name: str) -> list[tuple[float, float]]:
    curve = layers[name].curve
    return [curve.start, *(end for _, _, end in curve.segments)]


def drawn(weights: dict[str, float]) -> tuple[float, float]:
    """How far the drawn lips are apart, and the lower one below the teeth, at the widest place."""
    layers = {one.layer.name: one for one in pose(FACE, weights)}
    mouth, teeth = knots(layers, "mouth"), knots(layers, "teethUp")
    upper, lower, edge = (mouth[0], mouth[1], mouth[7]), (mouth[4], mouth[3], mouth[5]), teeth[3:6]
    apart = max(below[1] - above[1] for above, below in zip(upper, lower, strict=True))
    edges = (edge[1], edge[0], edge[2])
    return apart, max(below[1] - tooth[1] for tooth, below in zip(edges, lower, strict=True))


def test_the_knots_are_those_that_are_meant() -> None:
    layers = {one.layer.name: one for one in pose(FACE, {})}
    mouth, teeth = knots(layers, "mouth"), knots(layers, "teethUp")
    middle = mouth[0][0]
    assert mouth[4][0] == teeth[4][0] == middle
    assert mouth[3][0] == mouth[1][0] > middle > mouth[5][0] == mouth[7][0]
    assert max(y for _, y in teeth) == teeth[4][1]
    assert drawn({"jawOpen": 1.0})[0] > 50.0


@settings(max_examples=300)
@given(faces | faint)
def test_lips_that_count_as_closed_touch_in_the_drawing(weights: dict[str, float]) -> None:
    if lip_gap(row(weights), CHANNELS)[0] == 0.0:
        assert drawn(weights)[0] <= TOUCH


@settings(max_examples=300)
@given(faces | faint)
def test_lips_that_count_as_open_do_not_touch_in_the_drawing(weights: dict[str, float]) -> None:
    if lip_gap(row(weights), CHANNELS)[0] > 0.15:
        assert drawn(weights)[0] > TOUCH


@settings(max_examples=300)
@given(faces | faint)
def test_a_lip_that_counts_as_at_the_teeth_is_there_in_the_drawing(
    weights: dict[str, float],
) -> None:
    if teeth_gap(row(weights), CHANNELS)[0] == 0.0:
        assert drawn(weights)[1] <= SEAM_LOW


@settings(max_examples=300)
@given(speaking)
def test_a_speaking_lip_off_the_teeth_is_off_in_the_drawing(weights: dict[str, float]) -> None:
    if teeth_gap(row(weights), CHANNELS)[0] > 0.15:
        assert drawn(weights)[1] > 0.0


def test_both_cases_are_met() -> None:
    random = np.random.default_rng(1)
    met = [0, 0, 0]
    for _ in range(400):
        names = random.choice(MOUTH, random.integers(1, 6), replace=False).tolist()
        weights = {str(name): float(random.random() ** 3) for name in names}
        gap = lip_gap(row(weights), CHANNELS)[0]
        apart = drawn(weights)[0]
        met[0 if gap == 0.0 else 1 if gap <= 0.15 else 2] += 1
        assert apart <= TOUCH if gap == 0.0 else gap <= 0.15 or apart > TOUCH
    assert min(met) >= 50


def test_a_closed_mouth_with_an_open_jaw_is_closed() -> None:
    assert lip_gap(row({"jawOpen": 0.6, "mouthClose": 1.0}), CHANNELS)[0] == 0.0
    assert lip_gap(row({"jawOpen": 0.6}), CHANNELS)[0] > 0.5
    assert lip_gap(row({"mouthLowerDownLeft": 0.5}), CHANNELS)[0] > 0.1
    assert teeth_gap(row({"jawOpen": 0.1, "mouthRollLower": 0.5}), CHANNELS)[0] == 0.0
