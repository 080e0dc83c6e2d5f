"""Clips for engines: read back with other parsers, and beside what another writer makes of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import yaml
from attrs import evolve

from mien.formats.arkit import arkit_channels
from mien.formats.registry import FORMATS, Format
from mien.formats.take import Take, curve, gathered_take, steady_take

CHANNELS = arkit_channels()
Curve = tuple[list[float], list[float]]
Curves = dict[str, Curve]


def form(name: str) -> Format:
    return next(one for one in FORMATS if one.name == name)


def wavering(rate: float = 60.0, channels: tuple[str, ...] = CHANNELS) -> Take:
    """Half a second in which every channel moves in its own way, some not at all, some rest."""
    rng = np.random.default_rng(7)
    weights = rng.uniform(0.0, 1.0, (30, len(channels)))
    weights[5:12, ::3] = weights[5, ::3]
    weights[:, 1::5] = 0.0
    weights[:, 4] = 0.5
    weights[:, channels.index(channels[-1])] = np.linspace(0.0, 1.0, 30)
    take = steady_take(rate, channels, weights.astype(np.float32), 'a "source"')
    return evolve(take, name="wavering")


class UnityLoader(yaml.SafeLoader):
    """YAML with the tags that Unity gives its objects."""


def _object(loader: yaml.SafeLoader, suffix: str, node: yaml.MappingNode) -> dict[str, Any]:
    found = loader.construct_mapping(node, deep=True)
    return {"class": suffix, **cast("dict[str, Any]", found)}


cast("Any", UnityLoader).add_multi_constructor("tag:unity3d.com,2011:", _object)


def unity_clip(data: bytes) -> dict[str, Any]:
    (document,) = yaml.load_all(data.decode(), UnityLoader)
    assert document["class"] == "74"
    return cast("dict[str, Any]", document["AnimationClip"])


def unity(data: bytes) -> Curves:
    clip = unity_clip(data)
    assert clip["m_FloatCurves"] == clip["m_EditorCurves"]
    found: Curves = {}
    for one in clip["m_FloatCurves"]:
        assert (one["path"], one["classID"]) == ("Face", 137)
        keys = one["curve"]["m_Curve"]
        times = [float(key["time"]) for key in keys]
        values = [float(key["value"]) for key in keys]
        for row in range(len(keys) - 1):
            slope = (values[row + 1] - values[row]) / (times[row + 1] - times[row])
            sides = (keys[row]["outSlope"], keys[row + 1]["inSlope"])
            assert sides == pytest.approx((slope, slope), rel=1e-3, abs=1e-3), "a straight line"
        name = one["attribute"].removeprefix("blendShape.")
        found[name] = (times, [value / 100.0 for value in values])
    return found


def unreal(data: bytes) -> Curves:
    found: Curves = {}
    for row in csv.DictReader(io.StringIO(data.decode(), newline="")):
        assert list(row) == ["curve_name", "frame_number", "value"]
        name = row["curve_name"][0].lower() + row["curve_name"][1:]
        times, values = found.setdefault(name, ([], []))
        times.append(int(row["frame_number"]) / 60.0)
        values.append(float(row["value"]))
    return found


GODOT_TRACK = re.compile(
    r'^tracks/(\d+)/path = NodePath\("Face:blend_shapes/(\w+)"\)$.*?'
    r'^"times": PackedFloat32Array\((.*?)\),$\n^"transitions": PackedFloat32Array\((.*?)\),$\n'
    r'^"values": \[(.*?)\],$',
    flags=re.MULTILINE | re.DOTALL,
)


def godot(data: bytes) -> Curves:
    text = data.decode()
    assert text.startswith('[gd_resource type="Animation" format=3]\n\n[resource]\n')
    found: Curves = {}
    for position, track in enumerate(GODOT_TRACK.finditer(text)):
        number, name, *lists = track.groups()
        assert int(number) == position
        times, transitions, values = ([float(one) for one in part.split(", ")] for part in lists)
        assert all("." in one for one in lists[2].split(", ")), "Godot reads others as integers"
        assert transitions == [1.0] * len(times)
        found[name] = (times, values)
    return found


def maya(data: bytes) -> Curves:
    head, *parts = re.split(r"^anim ", data.decode(), flags=re.MULTILINE)
    lines = dict(line.rstrip(";").split(" ") for line in head.splitlines())
    assert (lines["animVersion"], lines["timeUnit"]) == ("1.1", "ntscf")
    found: Curves = {}
    for position, part in enumerate(parts):
        name, leaf, node, *numbers = part.partition(";")[0].split(" ")
        assert (leaf, node, numbers) == (name, "blendShape1", ["0", "0", str(position)])
        keys = re.findall(r"^    (\S+) (\S+) linear linear 1 0 0;$", part, flags=re.MULTILINE)
        found[name] = (
            [float(moment) / 60.0 for moment, _ in keys],
            [float(value) for _, value in keys],
        )
    return found


def audio2face(data: bytes) -> Curves:
    found = json.loads(data)
    rows = np.array(found["weightMat"]).reshape(found["numFrames"], found["numPoses"])
    times = (np.arange(len(rows)) / found["exportFps"]).tolist()
    return {name: (times, rows[:, i].tolist()) for i, name in enumerate(found["facsNames"])}


READERS: dict[str, Callable[[bytes], Curves]] = {
    "unity": unity,
    "unreal": unreal,
    "godot": godot,
    "maya": maya,
    "a2f": audio2face,
}


@pytest.mark.parametrize("name", READERS)
def test_every_channel_is_found_again_by_its_name(name: str) -> None:
    take = wavering()
    found = READERS[name](form(name).encode(take))
    assert tuple(found) == take.channels
    for column, channel in enumerate(take.channels):
        times, values = found[channel]
        assert times[0] == 0.0
        assert times[-1] == pytest.approx(take.times[-1], abs=1e-6)
        again = np.interp(take.times, times, values)
        assert np.abs(again - take.weights[:, column]).max() < 2e-5, channel


@pytest.mark.parametrize("name", READERS)
def test_a_moment_and_nothing_can_be_written(name: str) -> None:
    take = wavering()
    one = evolve(take, times=take.times[:1], weights=take.weights[:1])
    found = READERS[name](form(name).encode(one))
    for column, channel in enumerate(take.channels):
        assert found[channel][1] == pytest.approx([take.weights[0, column]], abs=1e-6)
    none = gathered_take(60.0, CHANNELS, [])
    assert all(values == [] for _, values in READERS[name](form(name).encode(none)).values())


@pytest.mark.parametrize("name", ["unity", "godot", "maya"])
def test_the_mesh_has_the_name_that_is_given(name: str) -> None:
    text = form(name).encode(wavering(), "Body_1").decode()
    assert "Body_1" in text
    assert form(name).mesh not in text.replace("blendShape.", "")


def test_what_unity_would_misread_is_quoted() -> None:
    take = evolve(wavering(), name="- no", channels=("a: b", *CHANNELS[1:]))
    clip = unity_clip(form("unity").encode(take, 'A "b" #c'))
    assert clip["m_Name"] == "- no"
    assert clip["m_FloatCurves"][0]["attribute"].endswith("a: b")
    assert clip["m_FloatCurves"][0]["path"] == 'A "b" #c'
    assert unity_clip(form("unity").encode(take, "."))["m_FloatCurves"][0]["path"] is None


def test_a_curve_keeps_no_row_that_says_nothing() -> None:
    weights = np.array([[0.0, 0.5, 0.5, 0.5, 0.2, 0.2, 0.0]], dtype=np.float32).T
    take = steady_take(10.0, ("jawOpen",), weights)
    times, values = curve(take, "jawOpen")
    assert times == pytest.approx([0.0, 0.1, 0.3, 0.4, 0.5, 0.6])
    grid = np.linspace(0.0, 0.6, 61)
    assert np.allclose(np.interp(grid, times, values), take.weights_at(grid)[:, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("rate", "unit", "end"), [(30.0, "ntsc", "29"), (25.0, "pal", "29"), (29.97, "ntscf", "58.058")]
)
def test_maya_counts_frames_in_a_unit_that_it_knows(rate: float, unit: str, end: str) -> None:
    text = form("maya").encode(wavering(rate)).decode()
    assert f"timeUnit {unit};" in text
    assert f"endTime {end}" in text


def other_track(take: Take, names: dict[str, str]) -> Any:  # noqa: ANN401  it has no types
    """The same curves as the other program holds them, each under one of its visemes."""
    module = pytest.importorskip("openfacefx.curves")
    channels = [
        module.Channel(
            name=viseme,
            keys=[module.Keyframe(*key) for key in zip(*curve(take, name), strict=True)],
        )
        for viseme, name in names.items()
    ]
    return module.FaceTrack(fps=60.0, channels=channels)


def visemes() -> tuple[Take, dict[str, str]]:
    names = pytest.importorskip("openfacefx.visemes").VISEMES
    own = CHANNELS[14 : 14 + len(names)]
    return wavering(60.0, own), dict(zip(names, own, strict=True))


def test_another_writer_of_godot_animations_gives_the_same_tracks(tmp_path: Path) -> None:
    take, names = visemes()
    writer = pytest.importorskip("openfacefx.export_godot")
    writer.write_godot_anim(
        other_track(take, names), str(tmp_path / "a.tres"), node="Face", names=names
    )
    theirs = (tmp_path / "a.tres").read_text("utf-8")
    ours = form("godot").encode(take).decode()
    extra = 'resource_name = "wavering"\n', 'metadata/source = "a \\"source\\""\n'
    for line in extra:
        assert line in ours
        ours = ours.replace(line, "")
    assert ours == theirs


def test_another_writer_of_unity_clips_gives_the_same_keys(tmp_path: Path) -> None:
    take, names = visemes()
    writer = pytest.importorskip("openfacefx.export_unity")
    path = tmp_path / "a.anim"
    writer.write_unity_anim(
        other_track(take, names), str(path), mesh_path="Face", names=names, clip_name="wavering"
    )
    theirs, ours = unity_clip(path.read_bytes()), unity_clip(form("unity").encode(take))
    for clip in (theirs, ours):
        for part in ("m_FloatCurves", "m_EditorCurves"):
            for key in (key for one in clip[part] for key in one["curve"]["m_Curve"]):
                for tangent in ("inSlope", "outSlope", "tangentMode"):
                    del key[tangent]
    assert ours == theirs
