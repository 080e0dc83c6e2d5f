"""JSON frame by frame, as MediaPipe's users and recorders of ARKit write it down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from mien.errors import SourceError
from mien.formats.arkit import arkit_channels
from mien.formats.registry import read_take, recorded_format

NAMES = arkit_channels()
SEEN = tuple(name for name in NAMES if name != "tongueOut")
ROWS = np.random.default_rng(1).uniform(0, 1, (4, len(SEEN))).round(4).tolist()
Weights = dict[str, float]


def categories(weights: Weights, name: str = "categoryName") -> list[dict[str, Any]]:
    entries = {"_neutral": 1e-6, **weights}
    return [
        {"index": at, "score": score, name: one, "displayName": ""}
        for at, (one, score) in enumerate(entries.items())
    ]


def snake(name: str) -> str:
    return name.removesuffix("Left") + "_L" if name.endswith("Left") else name


FORMS: dict[str, Callable[[list[Weights]], object]] = {
    "by name": lambda rows: [{"time": k / 30, "blendshapes": one} for k, one in enumerate(rows)],
    "flat": lambda rows: [{"timestamp_ms": 33.3 * k, **one} for k, one in enumerate(rows)],
    "spelled": lambda rows: [
        {"t": k / 60, "blendShapes": {snake(n): v for n, v in one.items()}}
        for k, one in enumerate(rows)
    ],
    "JavaScript's result": lambda rows: [
        {"timestamp": 1e6 + 33 * k, "faceBlendshapes": [
            {"categories": categories(one), "headIndex": -1, "headName": ""}]}
        for k, one in enumerate(rows)
    ],
    "Python's result": lambda rows: {
        "video": "a.mp4",
        "frames": [
            {"time_s": k / 25, "face_blendshapes": [categories(one, "category_name")]}
            for k, one in enumerate(rows)
        ],
    },
    "categories alone": lambda rows: [
        {"timestampMs": 40 * k, "blendshapes": categories(one)} for k, one in enumerate(rows)
    ],
    "timecodes": lambda rows: [
        {"timecode": f"01:00:00:{k:02d}", "weights": one} for k, one in enumerate(rows)
    ],
}  # fmt: skip


def weights() -> list[Weights]:
    return [dict(zip(SEEN, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_take(tmp_path: Path, form: str) -> None:
    path = tmp_path / "take.json"
    path.write_text(json.dumps(FORMS[form](weights())), encoding="utf-8")
    assert recorded_format(path).name == "frames"
    take = read_take(path)
    assert take.channels == NAMES
    assert take.weights[:, :-1] == pytest.approx(np.array(ROWS), abs=1e-6)
    assert (take.repairs.absent, take.repairs.unknown) == (("tongueOut",), ())
    assert take.times[0] == 0.0
    assert np.all(np.diff(take.times) > 0.015)


@pytest.mark.parametrize("ending", [".jsonl", ".json"])
def test_one_frame_a_line(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"take{ending}"
    frames = [
        {"timestamp": 5.0 + k**1.1 / 60, "blendShapes": one} for k, one in enumerate(weights())
    ]
    path.write_text("\n".join(map(json.dumps, frames)) + "\n\n", encoding="utf-8")
    take = read_take(path)
    assert take.times == pytest.approx([k**1.1 / 60 for k in range(4)])
    assert take.weights[:, :-1] == pytest.approx(np.array(ROWS), abs=1e-6)


def test_frames_in_which_no_face_was_seen_are_lost_and_keep_their_time(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    first, *_ = weights()
    found = [[categories(first)], [], [categories(first)], None]
    frames = [{"time": k / 30, "faceBlendshapes": one} for k, one in enumerate(found)]
    path.write_text(json.dumps(frames), encoding="utf-8")
    take = read_take(path)
    assert take.times == pytest.approx([0.0, 2 / 30])
    assert take.repairs.lost == 2


def test_without_a_clock_the_rate_tells(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    path.write_text(json.dumps(weights()), encoding="utf-8")
    assert read_take(path, rate=29.97).times == pytest.approx(np.arange(4) / 29.97)
    counted = [{"frame": k, **one} for k, one in enumerate(weights())]
    path.write_text(json.dumps(counted), encoding="utf-8")
    assert read_take(path, rate=25.0).rate == 25.0
    with pytest.raises(SourceError, match="no frame tells its time, and no rate was given"):
        read_take(path)


def changed(change: Callable[[list[dict[str, Any]]], object]) -> list[object]:
    frames: list[dict[str, Any]] = [
        {"time": k / 30, "blendshapes": one} for k, one in enumerate(weights())
    ]
    found = change(frames)
    return cast("list[object]", found if isinstance(found, list) else frames)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed(lambda f: f[2]["blendshapes"].update(jawOpen="open")), r'4:.*jawOpen is "open"'),
        (changed(lambda f: f[1]["blendshapes"].update(jawOpen=40)), "3:.*jawOpen is 40, expected"),
        (changed(lambda f: f[1]["blendshapes"].pop("jawOpen")), "3:.*jawOpen is nothing"),
        (changed(lambda f: f[3].update(time=0.01)), "time-goes-back"),
        (changed(lambda f: f[3].update(time="soon")), 'time is "soon", expected seconds or a time'),
        (changed(lambda f: [f[0], 7]), r"3:.*found 7, expected \{ \}"),
        (changed(lambda f: [{"time": 1, "note": "nobody"}]), "no frame names a channel"),
        (changed(lambda f: [one | {"time": 0.7 * k} for k, one in enumerate(f)]), "no pace of a"),
        (changed(lambda f: [{"time": 0, "blendshapes": {"jawOpen": 1}}]), "no eyeBlinkLeft"),
    ],
)  # fmt: skip
def test_faults_are_told_where_they_are(
    tmp_path: Path, document: list[object], message: str
) -> None:
    path = tmp_path / "take.json"
    lines = ",\n".join(map(json.dumps, document))
    path.write_text(f"[\n{lines}\n]", encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_take(path)


@pytest.mark.parametrize("text", ["[]", "{}", "[[]]", "[1, 2]", '[{"a": NaN}]', "[{", '{"a":1}\n{'])
def test_what_holds_no_frames_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "take.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        read_take(path)


def test_the_line_of_a_fault_is_told_where_there_is_a_frame_a_line(tmp_path: Path) -> None:
    path = tmp_path / "take.jsonl"
    rows = weights()
    rows[2]["jawOpen"] = 9.0
    frames = [{"time": k / 30, "blendshapes": one} for k, one in enumerate(rows)]
    path.write_text("\n\n".join(map(json.dumps, frames)), encoding="utf-8")
    with pytest.raises(SourceError, match=r"take.jsonl:5:1: error: frames.2.: jawOpen is 9"):
        read_take(path)


def test_every_step_back_in_time_is_told(tmp_path: Path) -> None:
    def back(frames: list[dict[str, Any]]) -> None:
        frames[2].update(time=0.02)
        frames[3].update(time=0.01)

    path = tmp_path / "a.json"
    path.write_text(json.dumps(changed(back)), encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        read_take(path)
    assert [one.path for one in refused.value.faults] == ["frames[2]", "frames[3]"]
    assert {one.code for one in refused.value.faults} == {"time-goes-back"}


MISSPELT = {
    "jawOpen": "jawOpn",
    "mouthDimpleLeft": "mouthDmpleLeft",
    "noseSneerLeft": "nosSneerLeft",
}


@pytest.mark.parametrize("form", ["by name", "flat", "categories alone", "named"])
def test_all_misspelt_channels_are_named_at_once(tmp_path: Path, form: str) -> None:
    rows = [{MISSPELT.get(name, name): one for name, one in row.items()} for row in weights()]
    named = {"frame_rate": 30, "channels": list(rows[0]), "weights": ROWS}
    path = tmp_path / "take.json"
    path.write_text(json.dumps(named if form == "named" else FORMS[form](rows)), encoding="utf-8")
    with pytest.raises(SourceError) as refusal:
        read_take(path, channels=NAMES)
    (fault,) = refusal.value.faults
    assert "there is no " in fault.message
    said = ", ".join(f"{MISSPELT[name]} {name}" for name in NAMES if name in MISSPELT)
    assert fault.hint == f"is {said}? write the names as ARKit does"


def test_a_channel_that_is_there_is_not_meant_for_another(tmp_path: Path) -> None:
    rows = [{n: one for n, one in row.items() if n != "mouthSmileLeft"} for row in weights()]
    path = tmp_path / "take.json"
    path.write_text(json.dumps(FORMS["by name"](rows)), encoding="utf-8")
    with pytest.raises(SourceError) as refusal:
        read_take(path)
    (fault,) = refusal.value.faults
    assert (fault.message, fault.hint) == ("there is no mouthSmileLeft", "")


def test_names_of_another_rig_are_written_as_it_does(tmp_path: Path) -> None:
    frames = [{"time": k / 30, "blendshapes": {"mawOpn": 0.1, "frown": 0.2}} for k in range(3)]
    path = tmp_path / "take.json"
    path.write_text(json.dumps(frames), encoding="utf-8")
    with pytest.raises(SourceError) as refusal:
        read_take(path, channels=("mawOpen", "frown"))
    (fault,) = refusal.value.faults
    assert fault.hint == "is it mawOpn? write the name as the rig does"
