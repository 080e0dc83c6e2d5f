"""`mien doctor` of models: what would show wrong on heads that are made wrong on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import (
    PASCAL,
    Json,
    bound,
    clip,
    glb,
    packed,
    perfect_sync_0,
    perfect_sync_1,
    sheet,
    vrm_0,
    vrm_1,
)
from tests.program import ended, ran
from tests.test_model_animation import NAMES as MOVED
from tests.test_model_animation import animated, vrma

from mien.doctor.findings import Finding
from mien.doctor.model_findings import model_findings
from mien.doctor.models import ModelMeasurements, measure_model
from mien.formats.arkit import arkit_channels
from mien.formats.registry import write_take
from mien.formats.take import steady_take
from mien.gltf.read import read_model

CHANNELS = arkit_channels()
SIDE = 4
DAMAGED = glb(("jawLeft", "MouthSmile_L"), vrm_1({"custom": {"JawLeft": bound(0)}}))
POINTS = SIDE * SIDE


def measured(folder: Path, data: bytes, name: str = "head.vrm") -> ModelMeasurements:
    path = folder / name
    path.write_bytes(data)
    return measure_model(read_model(path), CHANNELS)


def said(folder: Path, data: bytes, name: str = "head.vrm") -> list[Finding]:
    return list(model_findings(measured(folder, data, name), CHANNELS))


def kinds(found: Sequence[Finding]) -> list[tuple[str, bool]]:
    return [(one.kind, one.wrong) for one in found]


def head(
    names: Sequence[str] = CHANNELS,
    *,
    turned: bool = False,
    dead: Sequence[str] = (),
    change: Callable[[Json], None] = lambda _: None,
) -> bytes:
    """A square face in which the shapes of a side move points of their side.

    Seen from the front, its own left is at x above 0; where it is ``turned``, it faces away, up is
    z, and left is still left.
    """
    document, data = sheet(names, side=SIDE)
    points = np.frombuffer(data, "<f4", POINTS * 3).reshape(POINTS, 3)
    moves = np.zeros((len(names), POINTS, 3), dtype="<f4")
    for row, name in enumerate(names):
        if name in dead:
            continue
        on_side = np.ones(POINTS, dtype=bool)
        if name.endswith("Left"):
            on_side = points[:, 0] > 0.0
        elif name.endswith("Right"):
            on_side = points[:, 0] < 0.0
        axis, length = (2, 0.1) if name == "jawForward" else (1, 0.1)
        moves[row, on_side, axis] = length if name != "jawOpen" else -length
    shown = points
    if turned:  # y becomes z, z becomes -y: a turn about x
        shown = np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
        moves = np.stack([moves[..., 0], -moves[..., 2], moves[..., 1]], axis=-1)
    size = points.nbytes
    rest = data[size * (len(names) + 1) :]
    data = shown.astype("<f4").tobytes() + moves.astype("<f4").tobytes() + rest
    change(document)
    return packed(document, data)


def mirrored_names() -> list[str]:
    sides = {"Left": "Right", "Right": "Left"}
    return [
        next((name.removesuffix(a) + b for a, b in sides.items() if name.endswith(a)), name)
        for name in CHANNELS
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_a_head_in_order_has_no_findings(tmp_path: Path, turned: bool) -> None:
    found = measured(tmp_path, head(turned=turned), "head.glb")
    assert model_findings(found, CHANNELS) == ()
    assert found.sides == 1.0
    assert len(found.by_shape) == 52
    assert not found.by_expressions


@pytest.mark.parametrize("turned", [False, True])
def test_exchanged_sides_are_seen_by_where_shapes_move(tmp_path: Path, turned: bool) -> None:
    names = mirrored_names()

    def rename(document: Json) -> None:
        document["meshes"][0]["extras"]["targetNames"] = names

    found = said(tmp_path, head(turned=turned, change=rename), "head.glb")
    assert kinds(found) == [("sides-exchanged", True)]


def test_shapes_that_move_nothing_are_dead(tmp_path: Path) -> None:
    found = said(tmp_path, head(dead=("jawLeft", "tongueOut")), "head.glb")
    assert kinds(found) == [("dead", True), ("dead", False)]
    assert found[0].message == "channels whose morph targets move no point: jawLeft"
    assert found[1].message == "tongueOut is there and moves nothing"


def test_shapes_whose_numbers_are_not_there_are_told(tmp_path: Path) -> None:
    document, data = sheet(CHANNELS)
    document["buffers"][0]["uri"] = "head.bin"
    (tmp_path / "head.gltf").write_text(json.dumps(document), "utf-8")
    found = measure_model(read_model(tmp_path / "head.gltf"), CHANNELS)
    (one,) = model_findings(found, CHANNELS)
    assert (one.kind, one.wrong) == ("unread", True)
    assert "52 of 52 morph targets move cannot be told: head.bin: the file cannot" in one.message
    (tmp_path / "head.bin").write_bytes(data)
    found = measure_model(read_model(tmp_path / "head.gltf"), CHANNELS)
    assert model_findings(found, CHANNELS) == ()


def test_a_clip_is_no_head(tmp_path: Path) -> None:
    take = steady_take(25.0, CHANNELS, np.full((50, 52), 0.02, dtype=np.float32))
    write_take(tmp_path / "clip.glb", take)
    found = said(tmp_path, (tmp_path / "clip.glb").read_bytes(), "again.glb")
    assert kinds(found) == [("clip", False)]


def test_names_that_are_missing_misspelt_or_doubled_are_told(tmp_path: Path) -> None:
    names = [name for name in CHANNELS if name not in ("jawLeft", "tongueOut", "browInnerUp")]
    names += ["jaw_lft", "MouthLeft", "Fcl_ALL_Joy", "Smirk"]
    found = said(tmp_path, glb(names), "head.glb")
    by_kind = {one.kind: one for one in found}
    assert by_kind["channel-missing"].message == "there is no jawLeft and browInnerUp"
    assert by_kind["channel-missing"].hint == "jaw_lft may be jawLeft"
    assert by_kind["doubled"].message == "mesh 0 has mouthLeft 2 times: mouthLeft and MouthLeft"
    assert by_kind["no-tongue"].message.startswith("there is no tongueOut")
    assert by_kind["name-unknown"].message == "Smirk is no channel"
    assert by_kind["other-shapes"].message == "1 shape of another set, such as Fcl_ALL_Joy"
    assert [one.kind for one in found if one.wrong] == ["channel-missing", "doubled"]


def test_a_head_that_is_exported_in_a_pose_is_told(tmp_path: Path) -> None:
    def pose(document: Json) -> None:
        document["nodes"][0]["weights"] = [0.0] * 3 + [0.4] + [0.0] * 48

    (found,) = said(tmp_path, head(change=pose), "head.glb")
    assert (found.kind, found.wrong) == ("posed", False)
    assert found.message == f"it does not rest: {CHANNELS[3]} at 0.4"


def test_names_of_other_systems_are_channels(tmp_path: Path) -> None:
    found = measured(tmp_path, glb(["Eye_Left_Blink", "BrowInnerUpLeft", "BrowInnerUpRight"]))
    assert set(found.by_shape) == {"eyeBlinkLeft", "browInnerUp"}
    said_of_it = model_findings(found, CHANNELS)
    assert [one.kind for one in said_of_it if one.wrong] == ["channel-missing"]


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (glb(["Fcl_ALL_Joy", "Fcl_MTH_A"]), "`mien export --to vrm` makes faces of "),
        (glb(["one", "two"]), "name its shapes as ARKit does"),
        (glb([]), "it has no morph targets: a face needs them"),
        (
            head(change=lambda one: one["meshes"][0].pop("extras")),
            "its morph targets have no names",
        ),
    ],
)
def test_a_head_without_channels_says_what_it_has(tmp_path: Path, data: bytes, hint: str) -> None:
    found = said(tmp_path, data, "head.glb")
    none = next(one for one in found if one.kind == "no-channels")
    assert none.wrong
    assert hint in none.hint


def test_morph_targets_without_names_are_wrong(tmp_path: Path) -> None:
    data = head(change=lambda one: one["meshes"][0].pop("extras"))
    found = next(one for one in said(tmp_path, data, "head.glb") if one.kind == "nameless")
    assert found.wrong
    assert found.message == "52 morph targets of Face without a certain name"


def test_perfect_sync_counts_by_its_expressions(tmp_path: Path) -> None:
    for parts in (perfect_sync_0(), perfect_sync_1()):
        found = measured(tmp_path, glb(CHANNELS, parts))
        assert found.by_expressions
        assert set(found.by_clip) == set(CHANNELS)
        assert not any(one.wrong for one in model_findings(found, CHANNELS))


def custom(**changes: Json | None) -> Json:
    """Perfect Sync in VRM 1.0, some of its expressions changed, or taken away for None."""
    own: dict[str, Json] = {name: bound(index) for index, name in enumerate(PASCAL)}
    for name, change in changes.items():
        if change is None:
            own.pop(name)
        else:
            own[name] = {**own.get(name, {}), **change}
    return vrm_1({"custom": own})


@pytest.mark.parametrize(
    ("parts", "kind", "message"),
    [
        (
            custom(JawLeft={"isBinary": True}),
            "binary",
            "switched on and off, nothing between: JawLeft",
        ),
        (
            custom(JawLeft={"morphTargetBinds": [{"node": 0, "index": 99, "weight": 1.0}]}),
            "lost-binds",
            "morph targets that are not there are bound to JawLeft",
        ),
        (
            custom(JawLeft={"morphTargetBinds": [{"node": 0, "index": 3, "weight": 0.0}]}),
            "dead",
            "expressions of channels that change nothing: JawLeft",
        ),
        (
            custom(JawLeft=bound(3, 60.0)),
            "over-weighted",
            "weights up to 60, expected at most 1: JawLeft",
        ),
        (custom(jawleft=bound(3)), "doubled", "2 expressions are jawLeft: JawLeft and jawleft"),
        (custom(JawLeft=None, JawLft=bound(3)), "channel-missing", "there is no jawLeft"),
    ],
)
def test_an_expression_that_shows_wrong_is_named(
    tmp_path: Path, parts: Json, kind: str, message: str
) -> None:
    found = [one for one in said(tmp_path, glb(CHANNELS, parts)) if one.wrong]
    assert (kind, message) in [(one.kind, one.message) for one in found]


def test_weights_of_the_other_version_are_told(tmp_path: Path) -> None:
    clips = [clip(name, index, weight=1.0) for index, name in enumerate(PASCAL)]
    found = next(
        one for one in said(tmp_path, glb(CHANNELS, vrm_0(clips))) if one.kind == "under-weighted"
    )
    assert found.wrong
    assert found.message.startswith("all expressions move by 1 % at most: EyeBlinkLeft, ")
    own = {name: bound(index, 100.0) for index, name in enumerate(PASCAL)}
    found = next(
        one
        for one in said(tmp_path, glb(CHANNELS, vrm_1({"custom": own})))
        if one.kind == "over-weighted"
    )
    assert found.hint == "weights of VRM 1.0 go to 1; these are percentages of VRM 0.x"
    below = custom(JawLeft=bound(3, -0.75))
    kinds_said = kinds(said(tmp_path, glb(CHANNELS, below)))
    assert ("negative", False) in kinds_said
    assert ("over-weighted", True) not in kinds_said


def at(name: str) -> int:
    return CHANNELS.index(name)


def speaking(**presets: Json) -> Json:
    own = {"aa": bound(at("jawOpen")), "blink": bound(at("eyeBlinkLeft")), **presets}
    return vrm_1({"preset": own})


@pytest.mark.parametrize(
    ("preset", "kind", "message"),
    [
        (
            {**bound(at("mouthSmileLeft")), "overrideMouth": "block"},
            "lips-stop",
            "lips stand still in speech while one of these shows: happy (overrideMouth is block)",
        ),
        (
            {**bound(at("mouthSmileLeft")), "overrideMouth": "blend"},
            "lips-fade",
            "the five vowels fade as much as one of these shows: happy",
        ),
        (
            bound(at("mouthSmileLeft")),
            "mouth-twice",
            "mouth and lips add up in speech: happy (overrideMouth is none)",
        ),
        (bound(at("jawOpen")), "mouth-twice", "mouth and lips add up in speech: happy"),
        (
            bound(at("eyeSquintRight")),
            "lids-twice",
            "lids that are narrowed already close too far in a blink: happy",
        ),
    ],
)
def test_what_becomes_of_an_emotion_in_speech_is_told(
    tmp_path: Path, preset: Json, kind: str, message: str
) -> None:
    found = said(tmp_path, glb(CHANNELS, speaking(happy=preset)))
    (one,) = (one for one in found if one.kind == kind)
    assert one.message.startswith(message)
    assert not one.wrong
    others = {"lips-stop", "lips-fade", "mouth-twice", "lids-twice"} - {kind}
    assert not others & {one.kind for one in found}


def test_overrides_of_an_upper_face_say_nothing(tmp_path: Path) -> None:
    brows = {**bound(at("browInnerUp")), "overrideBlink": "blend"}
    found = said(tmp_path, glb(CHANNELS, speaking(happy=brows)))
    assert not {"mouth-twice", "lids-twice", "lips-stop"} & {one.kind for one in found}
    old = vrm_0([clip("Joy", at("mouthSmileLeft"), "joy"), clip("A", at("jawOpen"), "a")])
    found = said(tmp_path, glb(CHANNELS, old))
    (one,) = (one for one in found if one.kind == "mouth-twice")
    assert "(VRM 0.x has no overrides)" in one.message


def test_presets_that_are_empty_or_missing_are_told(tmp_path: Path) -> None:
    found = said(tmp_path, glb(CHANNELS, speaking(happy={}, sad=bound(0), neutral={})))
    by_kind = {one.kind: one for one in found}
    assert by_kind["dead"].wrong
    assert by_kind["dead"].message == "presets that change nothing: happy"
    assert by_kind["no-emotions"].message == "there is no preset angry, relaxed and surprised"
    assert by_kind["no-lips"].message == "there is no preset ih, ou, ee and oh"
    assert "no-blink" not in by_kind
    found = said(tmp_path, glb(CHANNELS, vrm_1({"preset": {"aa": bound(at("jawOpen"))}})))
    assert "there is no preset blink" in [one.message for one in found if one.kind == "no-blink"]


def test_overrides_of_a_head_whose_lips_are_moved_by_channels(tmp_path: Path) -> None:
    parts = {
        "custom": {name: bound(index) for index, name in enumerate(PASCAL)},
        "preset": {"happy": {**bound(at("mouthSmileLeft")), "overrideMouth": "blend"}},
    }
    found = said(tmp_path, glb(CHANNELS, vrm_1(parts)))
    (one,) = (one for one in found if one.kind == "override-of-vowels")
    assert "the five vowels alone, not lips that are moved by the 52 channels" in one.message


def test_an_animation_of_vrm_is_examined(tmp_path: Path) -> None:
    path = tmp_path / "a.vrma"
    path.write_bytes(vrma({"JawLeft": [0.0, 0.5], "happy": [0.0, 1.0]}, [0.0, 1.0]))
    out = ended(0, "doctor", path).stdout
    assert f"{path}: VRMA, 2 expressions\n  moves     happy, JawLeft\n" in out
    assert "UniVRM plays bones alone [players]" in out
    path.write_bytes(vrma({"JawLeft": [0.0, 1.4]}, [0.0, 1.0]))
    assert "jawLeft runs from 0 to 1.4, outside [0, 1]" in ended(1, "doctor", path).stdout

    def rotated(document: Json) -> None:
        document["animations"][0]["channels"][0]["target"]["path"] = "rotation"

    document, data = read_back(vrma({"lookUp": [0.0, 1.0], "happy": [0, 1]}, [0.0, 1.0]))
    rotated(document)
    own = document["extensions"]["VRMC_vrm_animation"]["expressions"]
    own["preset"]["lookUp"] = own["custom"].pop("lookUp")
    found = {one.kind: one for one in said(tmp_path, packed(document, data), "b.vrma")}
    assert found["gaze-preset"].wrong
    assert found["wrong-path"].message == "lookUp is moved by rotation, expected translation"
    document["animations"].append(document["animations"][0])
    document["animations"][0] = {**document["animations"][0]}
    document["animations"][0]["channels"] = document["animations"][0]["channels"][:1]
    found = {one.kind: one for one in said(tmp_path, packed(document, data), "d.vrma")}
    assert found["untracked"].message == "no track moves the expression happy"
    assert found["more-animations"].message == "of 2 animations the first is played"
    document["extensions"]["VRMC_vrm_animation"].pop("expressions")
    assert kinds(said(tmp_path, packed(document, data), "c.vrma")) == [("no-expressions", True)]


def test_an_animation_that_cannot_be_read_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "back.glb"
    path.write_bytes(animated([1.0, 0.0], [0.0] * 4 + [0.5] * 4))
    assert "note: its animation cannot be read: " in (out := ran("doctor", path).stdout)
    assert "[animation]" in out


def read_back(data: bytes) -> tuple[Json, bytes]:
    """The document and the binary chunk of a GLB."""
    length = int.from_bytes(data[12:16], "little")
    return json.loads(data[20 : 20 + length]), data[20 + length + 8 :]


@settings(max_examples=60, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4
    )
)
def test_a_damaged_model_is_examined_or_refused(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[float, bytes]]
) -> None:
    data = DAMAGED
    for share, part in edits:
        at_byte = int(share * (len(data) - len(part)))
        data = data[:at_byte] + part + data[at_byte + len(part) :]
    path = tmp_path_factory.getbasetemp() / "damaged.vrm"
    path.write_bytes(data)
    assert ran("doctor", path).exit_code in (0, 1, 2)


def test_text_and_json_tell_the_same(tmp_path: Path) -> None:
    good, bad, broken, moved = (
        tmp_path / name for name in ("good.glb", "bad.vrm", "broken.glb", "moved.glb")
    )
    good.write_bytes(head())
    bad.write_bytes(glb(CHANNELS, custom(JawLeft={"isBinary": True})))
    broken.write_bytes(head()[:-40])
    moved.write_bytes(animated([0.0, 1.0], [0.0] * 4 + [0.5] * 4))
    assert ended(0, "doctor", good).stdout == (
        f"{good}: glTF, a test, 52 morph targets\n"
        "  channels  52 of 52 by morph targets, spelled eyeBlinkLeft\n"
        "  sides     left is left\n"
    )
    out = ended(1, "doctor", bad).stdout
    assert out.startswith(f"{bad}: VRM 1.0, a test, 52 morph targets, 52 expressions\n")
    assert "52 of 52 by expressions, spelled EyeBlinkLeft; 52 of 52 by morph targets" in out
    assert "  wrong: switched on and off, nothing between: JawLeft [binary]\n" in out
    assert "  animation talk: 1 track, moves 4 shapes\n" in ended(1, "doctor", moved).stdout
    assert len(MOVED) == 4
    files = [str(good), str(bad), str(broken)]
    documents = json.loads(ended(2, "doctor", *files, "--format", "json").stdout)["files"]
    assert [one["file"] for one in documents] == files
    assert documents[0]["channels"]["shapes"]["jawLeft"][0]["reach"] > 0.01
    assert documents[1]["channels"]["by"] == "expressions"
    assert [one["kind"] for one in documents[1]["findings"] if one["wrong"]] == ["binary"]
    assert documents[2]["faults"][0]["code"] == "model-cut"
