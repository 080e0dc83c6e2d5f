"""The signs that tell faces apart are seen in the picture: gaze, lids, lips, folds."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mien.drawing.document import shipped_face
from mien.drawing.pose import pose
from mien.drawing.svg import png, svg
from mien.film.drawn import write_film
from mien.formats.take import steady_take

SMALL = 120
"""Pixels of a side at which a face has to read."""

IRIS = (0x3F, 0x7F, 0x86)
WHITE = (0xFF, 0xFA, 0xF2)
LIPS = ["mouthPress", "mouthRollLower", "mouthRollUpper"]

Picture = npt.NDArray[np.int64]


def both(**weights: float) -> dict[str, float]:
    """The weights on the left and on the right."""
    return {f"{name}{side}": each for name, each in weights.items() for side in ("Left", "Right")}


def gaze(*, down: float = 0.0, left: float = 0.0, blink: float = 0.0) -> dict[str, float]:
    return {
        **both(eyeBlink=blink, eyeLookDown=down),
        "eyeLookOutLeft": left,
        "eyeLookInRight": left,
    }


def drawn(weights: Mapping[str, float], size: int) -> Picture:
    """RGB as resvg paints it, (size, size, 3)."""
    pytest.importorskip("resvg_py")
    picture = Image.open(io.BytesIO(png(svg(shipped_face(), weights, size)))).convert("RGB")
    return np.asarray(picture, dtype=np.int64)


def columns(
    picture: Picture, colour: tuple[int, int, int], near: int = 25
) -> npt.NDArray[np.int64]:
    """The x of each pixel of the viewer's right eye (the subject's left) nearly of ``colour``."""
    size = len(picture)
    top, bottom, start, end = (int(size * part) for part in (0.4, 0.56, 0.54, 0.74))
    away = np.abs(picture[top:bottom, start:end] - np.array(colour)).max(axis=2)
    found: npt.NDArray[np.int64] = np.nonzero(away <= near)[1]
    return found


@pytest.mark.parametrize("blink", [0.0, 0.3, 0.5])
@pytest.mark.parametrize("down", [0.0, 0.5, 0.8])
def test_averted_gaze_is_seen_under_lowered_lids(blink: float, down: float) -> None:
    ahead = drawn(gaze(down=down, blink=blink), 4 * SMALL)
    averted = drawn(gaze(down=down, left=0.5, blink=blink), 4 * SMALL)
    iris, white = columns(averted, IRIS), columns(averted, WHITE)
    assert iris.min() - columns(ahead, IRIS).min() >= 8, "the iris goes to the corner"
    assert len(iris) >= 40
    assert (white < iris.min()).sum() >= 40, "the white that it leaves is seen"


def test_averted_gaze_is_seen_at_the_smallest_size() -> None:
    averted = drawn(gaze(down=0.7, left=0.5, blink=0.3), SMALL)
    assert len(columns(averted, IRIS)) >= 4
    assert len(columns(averted, WHITE)) >= 4


def placed(weights: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Where each knot is drawn."""
    face = shipped_face()
    found: dict[str, tuple[float, float]] = {}
    for one in pose(face, weights):
        ends = [one.curve.start, *(end for _, _, end in one.curve.segments)]
        if one.layer.shift == (0.0, 0.0):
            found.update(zip((face.points[knot] for knot in one.layer.knots), ends, strict=False))
    return found


def bow(weights: Mapping[str, float]) -> float:
    """How far the lower lid hangs below the line between the eye's corners."""
    lid = {name: y for name, (_, y) in placed(weights).items() if name.startswith("lid.")}
    return lid["lid.l2"] - (lid["lid.inner"] + lid["lid.outer"]) / 2


def lowered(weights: Mapping[str, float]) -> float:
    """How far the upper lid comes down."""
    return placed(weights)["lid.u2"][1] - placed({})["lid.u2"][1]


def test_squint_tightens_the_lower_lid_and_blink_drops_the_upper_one() -> None:
    squint, blink = both(eyeSquint=1.0), both(eyeBlink=0.4)
    assert abs(bow(squint)) < 0.3 * bow({})
    assert bow(blink) > 0.7 * bow({})
    assert lowered(blink) > 2 * lowered(squint) > 0.0


def lips(weights: Mapping[str, float]) -> tuple[float, float]:
    """How thick the upper and the lower one are in the middle."""
    at = placed(weights)
    return at["lip.um"][1] - at["lip.top"][1], at["lip.lb"][1] - at["lip.lm"][1]


@pytest.mark.parametrize(
    ("weights", "upper", "lower"),
    [
        (both(mouthPress=0.8), 0.55, 0.55),
        ({"mouthRollUpper": 0.8}, 0.55, 1.1),
        ({"mouthRollLower": 0.8}, 1.1, 0.55),
        ({**both(mouthPress=0.6), "mouthRollUpper": 0.4, "mouthRollLower": 0.4}, 0.45, 0.45),
    ],
)
def test_pressed_and_rolled_lips_are_thin(
    weights: dict[str, float], upper: float, lower: float
) -> None:
    thin, rest = lips(weights), lips({})
    assert thin[0] < upper * rest[0]
    assert thin[1] < lower * rest[1]


@given(st.dictionaries(st.sampled_from(LIPS), st.floats(0, 1, allow_subnormal=False)))
def test_lips_never_turn_inside_out(weights: dict[str, float]) -> None:
    upper, lower = lips(both(mouthPress=weights.pop("mouthPress", 0.0)) | weights)
    assert upper >= 0.0
    assert lower >= 0.0


MARKS = [
    ("eyeSquint", "tightLid"),
    ("cheekSquint", "bag"),
    ("cheekSquint", "crowUp"),
    ("mouthDimple", "dimple"),
    ("mouthPress", "pressLine"),
    ("mouthPress", "pressUp"),
    ("noseSneer", "noseSide"),
    ("noseSneer", "fold"),
    ("browDown", "glabella"),
    ("browOuterUp", "temple"),
]


@pytest.mark.parametrize(("channel", "mark"), MARKS)
def test_a_mark_shows_early_and_on_its_own_side(channel: str, mark: str) -> None:
    rest, slight = opacities({}), opacities({f"{channel}Left": 0.4})
    assert rest[f"{mark}.left"] == 0.0
    assert slight[f"{mark}.left"] >= 0.3
    assert slight[f"{mark}.right"] == rest[f"{mark}.right"]


@pytest.mark.parametrize(
    ("weights", "marks"),
    [
        (both(mouthPress=0.4), ["pressed"]),
        ({"mouthRollLower": 0.6, "mouthRollUpper": 0.6}, ["pressed"]),
        (both(noseSneer=0.4), ["bridgeUp.left", "bridgeLow.right"]),
        ({"browInnerUp": 0.4}, ["forehead", "foreheadLow"]),
        ({"mouthShrugLower": 0.4}, ["chinBoss", "chinPit.left", "chinPitLow.right"]),
    ],
)
def test_a_mark_in_the_middle_shows_early(weights: dict[str, float], marks: list[str]) -> None:
    for mark in marks:
        assert opacities({})[mark] == 0.0
        assert opacities(weights)[mark] >= 0.3


def opacities(weights: Mapping[str, float]) -> dict[str, float]:
    return {one.layer.name: one.opacity for one in pose(shipped_face(), weights)}


def test_a_film_leans_the_head_to_the_shoulder_that_the_take_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("resvg_py")
    found: list[Image.Image] = []

    def kept(_: str, pictures: Iterable[bytes], *__: object, **___: object) -> bytes:
        found.extend(Image.open(io.BytesIO(one)).convert("L") for one in pictures)
        return b""

    monkeypatch.setattr("mien.film.drawn.film_bytes", kept)
    take = steady_take(30.0, ("jawOpen",), np.full((2, 1), 0.5, dtype=np.float32))
    head = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 20.0]], dtype=np.float32)
    write_film(tmp_path / "lean.mp4", evolve(take, head=head), lambda: None)
    still, leaning = found

    def apart(degrees: float) -> float:  # the subject's right is the picture's left
        turned = still.rotate(degrees, resample=Image.Resampling.BILINEAR, fillcolor=255)
        return float(np.abs(np.asarray(turned, float) - np.asarray(leaning, float)).mean())

    assert apart(20.0) < 0.25 * apart(-20.0)
