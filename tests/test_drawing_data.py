"""The face that ships, as data: valid, complete, and moved by every channel the right way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.face_document import read_face

from mien import resources
from mien.drawing.document import shipped_face
from mien.drawing.face import FlatFace, flatten
from mien.drawing.pose import PosedLayer, pose
from mien.errors import SourceError

FACE = resources.presets() / "faces" / "mien.yaml"
RIG = yaml.safe_load((resources.presets() / "rigs" / "arkit52.yaml").read_text("utf-8"))
CHANNELS = [channel["name"] for channel in RIG["channels"]]
VISIBLE = 4.0
"""View units (of 548) that some knot has to move, unless an opacity changes."""


def knots(face: FlatFace, weights: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Where each point that a layer uses is drawn."""
    placed: dict[str, tuple[float, float]] = {}
    for posed in pose(face, weights):
        layer = posed.layer
        ends = [posed.curve.start, *(end for _, _, end in posed.curve.segments)]
        for knot, (x, y) in zip(layer.knots, ends, strict=False):
            placed[face.points[knot]] = (x - layer.shift[0], y - layer.shift[1])
    return placed


def moved(channel: str, point: str) -> tuple[float, float]:
    face = shipped_face()
    rest, posed = knots(face, {})[point], knots(face, {channel: 1.0})[point]
    return posed[0] - rest[0], posed[1] - rest[1]


def test_schema_is_valid_and_explains_every_property() -> None:
    schema = json.loads((resources.schemas() / "face.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    stack = [schema]
    while stack:
        node = stack.pop()
        for inner in node.get("properties", {}).values():
            assert inner["title"]
            assert inner["description"]
            stack.append(inner)
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                stack.append(node[key])


def test_shipped_face_is_sound() -> None:
    assert flatten(read_face(FACE)) == shipped_face()
    assert FACE.read_text("utf-8").startswith("# yaml-language-server: $schema=../../schema/face")


def test_face_has_the_channels_of_its_rig_and_no_other() -> None:
    assert sorted(shipped_face().channels) == sorted(CHANNELS)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_shows(channel: str) -> None:
    face = shipped_face()
    rest, posed = knots(face, {}), knots(face, {channel: 1.0})
    farthest = max(
        max(abs(posed[name][0] - x), abs(posed[name][1] - y)) for name, (x, y) in rest.items()
    )
    assert farthest >= VISIBLE


UP, DOWN, OUT, IN = "up", "down", "out", "in"


@pytest.mark.parametrize(
    ("channel", "point", "directions"),
    [
        ("eyeBlinkLeft", "lid.u2", DOWN),
        ("eyeLookDownLeft", "pupil.n", DOWN),
        ("eyeLookUpLeft", "pupil.n", UP),
        ("eyeLookInLeft", "pupil.n", IN),
        ("eyeLookOutLeft", "pupil.n", OUT),
        ("eyeSquintLeft", "lid.l2", UP),
        ("eyeWideLeft", "lid.u2", UP),
        ("jawForward", "head.chin", DOWN),
        ("jawLeft", "head.chin", OUT),
        ("jawOpen", "head.chin", DOWN),
        ("jawOpen", "lip.lm", DOWN),
        ("mouthClose", "lip.top", DOWN),
        ("mouthClose", "lip.lb", UP),
        ("mouthFunnel", "lip.corner", IN),
        ("mouthFunnel", "lip.lm", DOWN),
        ("mouthPucker", "lip.corner", IN),
        ("mouthLeft", "lip.corner", OUT),
        ("mouthLeft", "lip.um", OUT),
        ("mouthSmileLeft", "lip.corner", UP + OUT),
        ("mouthFrownLeft", "lip.corner", DOWN),
        ("mouthDimpleLeft", "lip.corner", OUT),
        ("mouthStretchLeft", "lip.corner", OUT + DOWN),
        ("mouthRollLower", "lip.lb", UP),
        ("mouthRollUpper", "lip.peak", DOWN),
        ("mouthShrugLower", "lip.lb", UP),
        ("mouthShrugUpper", "lip.top", UP),
        ("mouthPressLeft", "lip.lo", UP),
        ("mouthPressLeft", "lip.ut", DOWN),
        ("mouthLowerDownLeft", "lip.li", DOWN),
        ("mouthUpperUpLeft", "lip.ui", UP),
        ("browDownLeft", "brow.inLow", DOWN),
        ("browInnerUp", "brow.inTop", UP),
        ("browOuterUpLeft", "brow.tip", UP),
        ("cheekPuff", "head.jaw", OUT),
        ("cheekSquintLeft", "lid.l2", UP),
        ("noseSneerLeft", "nose.wing", UP),
        ("tongueOut", "tongueTip.base", DOWN),
    ],
)
def test_channels_move_the_right_way(channel: str, point: str, directions: str) -> None:
    dx, dy = moved(channel, point)
    assert knots(shipped_face(), {})[point][0] >= 300, "the subject's left is the viewer's right"
    for direction, amount in ((UP, -dy), (DOWN, dy), (OUT, dx), (IN, -dx)):
        if direction in directions:
            assert amount >= 2.5


@pytest.mark.parametrize("left", [name for name in CHANNELS if name.endswith("Left")])
def test_left_channels_leave_the_other_eye_and_brow_alone(left: str) -> None:
    if left in ("jawLeft", "mouthLeft"):
        return
    rest, posed = knots(shipped_face(), {}), knots(shipped_face(), {left: 1.0})
    assert all(
        posed[name] == rest[name]
        for name in rest
        if name.endswith(".far") and name.split(".")[0] in ("lid", "iris", "brow", "lip")
    )


def opening(layer: str, weights: Mapping[str, float]) -> float:
    """The tallest distance between two knots of a layer that stand over each other."""
    posed = named(pose(shipped_face(), weights))[layer]
    ends = [end for _, _, end in posed.curve.segments]
    return max((abs(a[1] - b[1]) for a in ends for b in ends if abs(a[0] - b[0]) < 6), default=0.0)


def named(posed: list[PosedLayer]) -> dict[str, PosedLayer]:
    return {one.layer.name: one for one in posed}


def test_blinks_close_and_stay_closed() -> None:
    for also in ({}, {"eyeSquintLeft": 1.0}, {"cheekSquintLeft": 1.0}, {"eyeLookDownLeft": 1.0}):
        assert opening("eye.left", {"eyeBlinkLeft": 1.0, **also}) <= 3.0
    assert opening("eye.left", {}) > 35.0


def test_mouth_close_seals_an_open_jaw() -> None:
    assert opening("mouth", {}) == 0.0
    assert opening("mouth", {"jawOpen": 1.0}) > 50.0
    assert opening("mouth", {"jawOpen": 1.0, "mouthClose": 1.0}) <= 3.0
    assert opening("mouth", {"mouthLowerDownLeft": 1.0, "mouthLowerDownRight": 1.0}) > 12.0


def test_faults_name_their_place_and_the_nearest_name(tmp_path: Path) -> None:
    text = FACE.read_text("utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        text.replace("fill: iris", "fill: irris").replace("corner: [17, -21]", "cormer: [17, -21]"),
        "utf-8",
    )
    with pytest.raises(SourceError) as refusal:
        read_face(broken)
    messages = [str(fault) for fault in refusal.value.faults]
    assert len(messages) == 2
    assert "the drawing does not define irris" in messages[0]
    assert "did you mean iris?" in messages[0]
    assert "the drawing does not define cormer" in messages[1]
    assert "did you mean corner?" in messages[1]
    assert all(fault.place.line > 0 for fault in refusal.value.faults)


def test_schema_faults_are_reported(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(FACE.read_text("utf-8").replace("opacity: 0.55", "opacity: 5.5"), "utf-8")
    with pytest.raises(SourceError, match="out of range"):
        read_face(broken)
