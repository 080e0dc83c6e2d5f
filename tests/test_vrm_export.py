"""Faces in a VRM: what three-vrm shows of them, and that the rest of the file is as it was."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.child import finished
from tests.models import (
    PASCAL,
    Json,
    bound,
    clip,
    glb,
    keys_of,
    packed,
    perfect_sync_0,
    perfect_sync_1,
    sheet,
    vrm_0,
    vrm_1,
)
from tests.program import ended
from tests.receivers import received

import mien
from mien.errors import QueryError, SourceError
from mien.formats.arkit import arkit_channels
from mien.formats.faces import ClipTimes, Face, FaceSet
from mien.formats.filled_model import first_difference, write_into
from mien.formats.registry import fillable
from mien.gltf.model import Model
from mien.gltf.read import read_model
from mien.gltf.write import Rewrite, rewritten

CHANNELS = arkit_channels()
BANK = mien.load("default")
VRM = next(one for one in fillable() if one.name == "vrm")
TIMES = ClipTimes()
PRESETS = {
    "happy": "joy",
    "angry": "anger",
    "sad": "sadness",
    "relaxed": "relief",
    "surprised": "surprise",
}


def face(label: str, at: str, weights: Mapping[str, float], spoken: float = 1.0) -> Face:
    """A face of which speech leaves the share ``spoken``."""
    own = np.array([weights.get(name, 0.0) for name in CHANNELS], dtype=np.float32)
    return Face(label=label, at=at, style=False, weights=own, spoken=own * np.float32(spoken))


SMIRK = {"jawLeft": 0.3, "mouthLeft": 0.2, "mouthSmileRight": 1.0, "eyeSquintRight": 0.5}
WINK = {"eyeBlinkLeft": 0.7}
FACES = FaceSet(
    bank="ours",
    version="2.0.0",
    artifact="ab" * 32,
    channels=CHANNELS,
    faces=(face("smirk", "high", SMIRK, spoken=0.5), face("smirk", "low", WINK)),
    request="mien export ours@2.0.0 --to vrm",
    presets=(("happy", face("smirk", "high", SMIRK)), ("surprised", face("smirk", "low", WINK))),
)


def filled(folder: Path, model: bytes, faces: FaceSet = FACES) -> tuple[Path, tuple[str, ...]]:
    path, out = folder / "model.vrm", folder / "out.vrm"
    path.write_bytes(model)
    return out, write_into(VRM, faces, TIMES, path, out)


def document(path: Path) -> Json:
    found: Json = json.loads(read_model(path).container.text)
    return found


def shown(path: Path) -> dict[str, Any]:
    """What three-vrm does with each expression, on the first mesh."""
    found: dict[str, Any] = received("expressions", path)["found"]
    return {name: {**one, "moves": one["moves"][0]} for name, one in found.items()}


MODELS = {
    "VRM 1.0 with clips": glb(CHANNELS, perfect_sync_1()),
    "VRM 1.0 with shapes": glb(CHANNELS, vrm_1()),
    "VRM 0.x with clips": glb(CHANNELS, perfect_sync_0()),
    "VRM 0.x with shapes": glb(CHANNELS, vrm_0()),
    "VRM 1.0 of Pascal": glb([f"Face.{name}" for name in PASCAL], vrm_1()),
}


@pytest.mark.parametrize("name", MODELS)
def test_another_program_shows_the_faces(name: str, tmp_path: Path) -> None:
    out, remarks = filled(tmp_path, MODELS[name])
    found = shown(out)
    assert remarks == ()

    def moves(expression: str) -> dict[str, float]:
        own = found[expression]["moves"]
        return {part.removeprefix("Face.").lower(): weight for part, weight in own.items()}

    def expected(weights: Mapping[str, float]) -> object:
        plain = {channel.lower(): weight for channel, weight in weights.items()}
        return pytest.approx(plain, abs=1e-6)

    assert moves("smirk_high") == moves("happy") == expected(SMIRK)
    assert moves("smirk_low") == moves("surprised") == expected(WINK)
    for channel, own in zip(CHANNELS, PASCAL, strict=True):
        assert moves(own) == expected({channel: 1.0})
    assert received("validate", tmp_path / "model.vrm") == received("validate", out)


def test_overrides_come_of_speech_and_lids(tmp_path: Path) -> None:
    out, _ = filled(tmp_path, MODELS["VRM 1.0 with shapes"])
    found = shown(out)
    kept = {name: (one["mouth"], one["blink"]) for name, one in found.items()}
    assert kept["smirk_high"] == ("blend", "none"), "speech lowers it, and its lids are open"
    assert kept["happy"] == ("none", "none"), "nothing of it gives way to speech"
    assert kept["smirk_low"] == ("none", "blend"), "a blink would close the lid twice"
    assert {kept[name] for name in PASCAL} == {("none", "none")}


def test_a_channel_is_what_the_models_own_clip_makes_of_it(tmp_path: Path) -> None:
    parts = perfect_sync_1()
    custom = parts["extensions"]["VRMC_vrm"]["expressions"]["custom"]
    binds = [bound(0, 0.5), bound(1, -0.25), bound(52, 0.9)]
    custom["MouthSmileRight"] = {
        "morphTargetBinds": [part for one in binds for part in one["morphTargetBinds"]]
    }
    out, _ = filled(tmp_path, glb([*CHANNELS, "extra"], parts))
    found = shown(out)["smirk_high"]["moves"]
    assert found[CHANNELS[0]] == pytest.approx(0.5)
    assert found[CHANNELS[1]] == pytest.approx(-0.25)
    assert found["extra"] == pytest.approx(0.9)
    assert "mouthSmileRight" not in found


def plain_text(text: str) -> Json:
    """The document without what mien writes."""
    found: Json = json.loads(text)
    found["asset"].pop("extras", None)
    extensions = found["extensions"]
    if "VRMC_vrm" in extensions:
        extensions["VRMC_vrm"].pop("expressions", None)
    else:
        extensions["VRM"].pop("blendShapeMaster", None)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_the_rest_of_the_file_is_as_it_was(name: str, tmp_path: Path) -> None:
    out, _ = filled(tmp_path, MODELS[name])
    models = [read_model(tmp_path / "model.vrm"), read_model(out)]
    binaries: list[bytes] = []
    for model in models:
        chunk = model.container.binary
        assert chunk is not None
        binaries.append(model.path.read_bytes()[chunk.start : chunk.end])
    assert binaries[0] == binaries[1]
    before, after = (plain_text(model.container.text) for model in models)
    assert before == after
    assert models[1].source == FACES.source


def test_numbers_spaces_and_letters_of_the_file_stay_as_they_are(tmp_path: Path) -> None:
    """The JSON is edited as text: what another program would write otherwise is not touched."""
    blush = '{ "type":"color","material" :0, "targetValue":[1.0,0.50,5e-1,1] }'
    happy = {**bound(3), "isBinary": True, "overrideBlink": "block", "materialColorBinds": ["@"]}
    parts = vrm_1({"preset": {"happy": happy, "aa": bound(17)}, "custom": {"Wry": bound(4)}})
    parts["materials"] = [{"name": "skin"}]
    data, binary = sheet(CHANNELS, parts)
    text = json.dumps(data).replace('"@"', blush)
    text = text.replace('"title"', '"title" ').replace('"a test"', '"\\u00fc\\/ \U0001f600"')
    text = text.replace('"VRMC_vrm": {', '"VRMC_vrm" :  { "x":1.50e0 ,\t')
    padded = text.encode() + b" " * (-len(text.encode()) % 4)
    whole = packed({}, binary)
    head = whole[20 + int.from_bytes(whole[12:16], "little") :]
    chunks = len(padded).to_bytes(4, "little") + b"JSON" + padded + head
    model = b"glTF" + (2).to_bytes(4, "little") + (12 + len(chunks)).to_bytes(4, "little") + chunks
    out, remarks = filled(tmp_path, model)
    after = read_model(out).container.text
    for kept in (
        '"VRMC_vrm" :  { "x":1.50e0 ,\t',
        '"generator": "\\u00fc\\/ \U0001f600"',
        blush,
        json.dumps(bound(17)),
        json.dumps(bound(4)),
    ):
        assert kept in text
        assert kept in after
    note = after.index(',"extras":{"mien":')
    end = after.index("]}}", note) + 3
    rest = after[:note] + after[end:]
    at, after_it = (text.index(part) for part in ('"expressions": ', '}}}, "materials"'))
    assert rest[:at] == text[:at]
    assert rest.rstrip().endswith(text[after_it:].rstrip())
    found = document(out)["extensions"]["VRMC_vrm"]["expressions"]["preset"]["happy"]
    assert "isBinary" not in found
    assert "overrideBlink" not in found
    assert remarks == (
        "presets of its own that show faces of the bank now (--presets none leaves them): happy",
    )


@pytest.mark.parametrize("name", MODELS)
def test_faces_written_again_take_the_place_of_the_former(name: str, tmp_path: Path) -> None:
    out, _ = filled(tmp_path, MODELS[name])
    again = tmp_path / "again.vrm"
    write_into(VRM, FACES, TIMES, out, again)
    assert again.read_bytes() == out.read_bytes()
    assert first_difference(VRM, FACES, TIMES, out) is None
    write_into(VRM, FACES, TIMES, out, out)
    assert again.read_bytes() == out.read_bytes()
    fewer = evolve(FACES, faces=FACES.faces[:1], presets=())
    assert first_difference(VRM, fewer, TIMES, out) is not None
    write_into(VRM, fewer, TIMES, out, out)
    names = {one.name.lower() for one in read_model(out).expressions}
    assert "smirk_high" in names
    assert not names & {"smirk_low", "happy", "joy", "surprised"}


PRESET_NAMES = ("happy", "angry", "sad", "relaxed", "aa", "ih", "ou", "ee", "oh", "blink")
OLD_NAMES = ("joy", "angry", "sorrow", "fun", "a", "i", "u", "e", "o", "blink")


@pytest.mark.parametrize("old", [False, True])
def test_presets_stand_in_for_shapes_that_are_not_there(old: bool, tmp_path: Path) -> None:
    if old:
        parts = vrm_0([clip(name.upper(), i, name, 50.0) for i, name in enumerate(OLD_NAMES)])
    else:
        binds = {name: bound(i, 0.5) for i, name in enumerate(PRESET_NAMES)}
        parts = vrm_1({"preset": binds})
    out, remarks = filled(tmp_path, glb(PRESET_NAMES, parts))
    found = shown(out)
    assert found["smirk_high"]["moves"] == pytest.approx(
        {"happy": 0.5 * 0.5 * 1.0, "relaxed": 0.5 * 0.25 * 0.5}, abs=1e-6
    )
    assert found["surprised"]["moves"] == pytest.approx({"blink": 0.5 * 0.5 * 0.7}, abs=1e-6)
    assert found["happy"]["moves"] == {"happy": pytest.approx(0.5)}, "the model's own"
    assert not set(found) & set(PASCAL)
    first, reached, presets = remarks
    assert first.startswith("it has none of the 52 shapes: 18 channels roughly by its presets: ")
    assert reached == (
        "88% of the faces' weight is on shapes that it has; least: smirk_high 75%, smirk_low 100%"
    )
    assert presets == "its own presets stay: happy"
    assert first_difference(VRM, FACES, TIMES, out) is None, "what was filled stands in for nothing"


def test_morphs_of_vroid_stand_in(tmp_path: Path) -> None:
    names = ["Fcl_ALL_Joy", "Fcl_MTH_Fun", "Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_EYE_Joy_R"]
    model = glb([f"Face.M_F00_000_00_{name}" for name in names], vrm_0())
    out, remarks = filled(tmp_path, model)
    found = {
        name: {part.rpartition("00_")[2]: weight for part, weight in one["moves"].items()}
        for name, one in shown(out).items()
    }
    assert found["smirk_high"] == pytest.approx({"Fcl_MTH_Fun": 0.5, "Fcl_EYE_Joy_R": 0.15})
    assert found["smirk_low"] == pytest.approx({"Fcl_EYE_Close_L": 0.7})
    assert "roughly by VRoid's morphs: Fcl_EYE_Close_L" in remarks[0]


def test_what_a_model_lacks_is_said(tmp_path: Path) -> None:
    names = [name for name in CHANNELS if name not in ("jawLeft", "tongueOut")]
    _, remarks = filled(tmp_path, glb(names, vrm_1()))
    assert remarks == (
        "it has 50 of 52 shapes; missing: jawLeft, tongueOut",
        "92% of the faces' weight is on shapes that it has; least: smirk_high 85%, smirk_low 100%",
    )


def test_weights_on_the_other_scale_are_read_as_they_were_meant(tmp_path: Path) -> None:
    custom = {name: bound(i, 100.0) for i, name in enumerate(PASCAL)}
    out, remarks = filled(tmp_path, glb(CHANNELS, vrm_1({"custom": custom})))
    own = shown(out)["smirk_high"]["moves"]
    assert own == pytest.approx(SMIRK, abs=1e-6)
    assert remarks == (
        "its own expressions have weights up to 100 where VRM 1.0 has 1: see mien doctor",
    )


# From the specifications of VRM 0.x, VRM 1.0 and glTF: what is there, and nothing else.
OVERRIDE = {"enum": ["none", "block", "blend"]}
INDEX = {"type": "integer", "minimum": 0}
EXPRESSION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "morphTargetBinds": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["node", "index", "weight"],
                "additionalProperties": False,
                "properties": {"node": INDEX, "index": INDEX, "weight": {"type": "number"}},
            },
        },
        "materialColorBinds": {"type": "array", "minItems": 1},
        "textureTransformBinds": {"type": "array", "minItems": 1},
        "isBinary": {"type": "boolean"},
        "overrideBlink": OVERRIDE,
        "overrideLookAt": OVERRIDE,
        "overrideMouth": OVERRIDE,
    },
}
PRESET_LIST = [
    *("happy", "angry", "sad", "relaxed", "surprised", "neutral", "aa", "ih", "ou", "ee", "oh"),
    *("blink", "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight"),
]
EXPRESSIONS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "preset": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(PRESET_LIST, EXPRESSION),
        },
        "custom": {
            "type": "object",
            "additionalProperties": EXPRESSION,
            "propertyNames": {"not": {"enum": PRESET_LIST}},
        },
    },
}
GROUPS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "presetName"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "presetName": {
                "enum": [
                    *("unknown", "neutral", "joy", "angry", "sorrow", "fun", "a", "i", "u", "e"),
                    *("o", "blink", "blink_l", "blink_r", "lookup", "lookdown", "lookleft"),
                    "lookright",
                ]
            },
            "binds": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["mesh", "index", "weight"],
                    "additionalProperties": False,
                    "properties": {
                        "mesh": INDEX,
                        "index": INDEX,
                        "weight": {"type": "number", "minimum": 0, "maximum": 100},
                    },
                },
            },
            "materialValues": {"type": "array"},
            "isBinary": {"type": "boolean"},
        },
    },
}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_written_is_as_the_specification_says(name: str, tmp_path: Path) -> None:
    out, _ = filled(tmp_path, MODELS[name])
    extensions = document(out)["extensions"]
    if "VRM" in extensions:
        groups = extensions["VRM"]["blendShapeMaster"]["blendShapeGroups"]
        jsonschema.validate(groups, GROUPS)
        names = [one["name"] for one in groups]
        assert len(set(names)) == len(names)
        counts = {one["mesh"]: len(CHANNELS) for group in groups for one in group["binds"]}
        owners = [(one["mesh"], one["index"]) for group in groups for one in group["binds"]]
    else:
        both = extensions["VRMC_vrm"]["expressions"]
        jsonschema.validate(both, EXPRESSIONS)
        each = [one for group in both.values() for one in group.values()]
        owners = [(b["node"], b["index"]) for one in each for b in one["morphTargetBinds"]]
        counts = {0: len(CHANNELS)}
    assert all(index < counts[owner] for owner, index in owners)


def test_a_large_file_is_copied_in_pieces(tmp_path: Path) -> None:
    data, binary = sheet(CHANNELS, vrm_1())
    path = tmp_path / "large.vrm"
    path.write_bytes(packed(data, binary + bytes(3 << 20)))
    model = read_model(path)
    pieces = list(rewritten(model, Rewrite(text=model.container.text)))
    assert max(map(len, pieces)) <= 1 << 20
    assert b"".join(pieces) == path.read_bytes()


def test_a_model_that_shrinks_meanwhile_leaves_the_target_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, binary = sheet(CHANNELS, vrm_1())
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(packed(data, binary))
    out.write_bytes(b"as it was")
    model = read_model(path)
    path.write_bytes(path.read_bytes()[:-500])

    def before(_: Path) -> Model:
        return model

    monkeypatch.setattr("mien.formats.filled_model.read_model", before)
    with pytest.raises(OSError, match="it became shorter meanwhile"):
        write_into(VRM, FACES, TIMES, path, out)
    assert out.read_bytes() == b"as it was"
    assert {one.name for one in tmp_path.iterdir()} == {"model.vrm", "out.vrm"}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (glb(CHANNELS), "is glTF, no VRM: it has no expressions"),
        (glb(["a", "b"], vrm_1()), "has none of the 52 shapes, and no presets or morphs of VRoid"),
        (json.dumps({"asset": {"version": "2.0"}}).encode(), "is JSON: give a .vrm"),
    ],
)
def test_models_without_a_place_for_faces(model: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=said):
        filled(tmp_path, model)
    assert {one.name for one in tmp_path.iterdir()} == {"model.vrm"}


def test_damage_is_named_and_nothing_written(tmp_path: Path) -> None:
    path = tmp_path / "cut.vrm"
    path.write_bytes(MODELS["VRM 1.0 with clips"][:900])
    with pytest.raises(SourceError, match="cut short"):
        write_into(VRM, FACES, TIMES, path, tmp_path / "out.vrm")
    given = ["export", "default", "--to", "vrm", "--into", str(path), "-o"]
    assert "the file is cut short: byte 8 says" in ended(2, *given, tmp_path / "out.vrm").stderr
    assert [one.name for one in tmp_path.iterdir()] == ["cut.vrm"]


def test_the_command(tmp_path: Path) -> None:
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(MODELS["VRM 1.0 with clips"])
    given = ["export", "default", "--to", "vrm", "--into", str(path), "-o", str(out)]
    ended(0, *given)
    found = shown(out)
    for label in BANK.labels:
        for at in BANK.intensities:
            own = BANK.named(BANK.face(label, at=at))
            moved = {name: weight for name, weight in own.items() if weight}
            assert found[f"{label}_{at}"]["moves"] == pytest.approx(moved, abs=1e-6)
    for preset, label in PRESETS.items():
        assert found[preset]["moves"] == found[f"{label}_high"]["moves"]
    assert found["joy_high"]["mouth"] == "blend"
    assert found["relief_high"]["blink"] == "blend"
    told = ended(0, "verify", "--export", out).stdout
    assert f"mien export default@{BANK.version} --to vrm" in told
    data = out.read_bytes()
    place = data.index(b'"weight":0.96}') + len('"weight":0.9')
    out.write_bytes(data[:place] + b"5" + data[place + 1 :])
    said = ended(1, "verify", "--export", out).stdout
    assert f"{out}: differs, first at byte {place}\n" in said
    assert f"no file is as default {BANK.version}" in said


def test_the_models_own_bytes_are_not_checked_and_that_is_said(tmp_path: Path) -> None:
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(MODELS["VRM 1.0 with clips"])
    ended(0, "export", "default", "--to", "vrm", "--into", path, "-o", out)
    data = out.read_bytes()
    out.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    faces, own = ended(0, "verify", "--export", out).stdout.splitlines()
    assert faces.startswith(f"the faces in 1 file as default {BANK.version}")
    assert own == "the model's own bytes are not checked: nothing in the file tells them"
    said = ended(0, "verify", "--export", out, "--format", "json").stdout
    assert json.loads(said)["files"][0]["checked"] == "faces"


@pytest.mark.parametrize("way", ["itself", "symlink", "link", "folder"])
def test_the_model_is_never_written_over(way: str, tmp_path: Path) -> None:
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(MODELS["VRM 1.0 with clips"])
    if way == "itself":
        out = path
    elif way == "symlink":
        out.symlink_to(path)
    elif way == "link":
        out.hardlink_to(path)
    else:
        (tmp_path / "same").symlink_to(tmp_path)
        out = tmp_path / "same" / path.name
    given = ["export", "default", "--to", "vrm", "--into", str(path), "-o", str(out)]
    assert "this is the model itself; name another one" in ended(2, *given).stderr
    assert path.read_bytes() == MODELS["VRM 1.0 with clips"]


def test_faces_of_one_who_speaks_and_other_presets(tmp_path: Path) -> None:
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(MODELS["VRM 1.0 with clips"])
    given = ["export", "default", "--to", "vrm", "--into", str(path), "-o", str(out)]
    chosen = ["--labels", "joy", "--presets", "happy=amusement@wry,sad=boredom", "--speaking", "1"]
    ended(0, *given, *chosen)
    found = shown(out)
    assert {one["mouth"] for one in found.values()} == {"none"}, "speech has its share already"
    assert "angry" not in found
    wry = BANK.named(BANK.face("amusement", at="wry", style="wry", speech=1.0))
    moved = {name: weight for name, weight in wry.items() if weight >= 1e-4}
    assert found["happy"]["moves"] == pytest.approx(moved, abs=1e-6)
    said = ended(0, "verify", "--export", out).stdout
    assert "--presets happy/amusement@wry,sad/boredom\n" in said
    ended(0, *given, "--presets", "none", "--labels", "joy")
    assert "happy" not in shown(out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "vrm"], "vrm needs a model to write into: --into MODEL.vrm"),
        (["--to", "json", "--into", "{model}"], "json is not written into a model"),
        (["--to", "glb", "--into", "{model}", "--mesh", "Face"], "leave out --mesh"),
        (["--to", "json", "--presets", "none"], "json has no presets: leave out --presets"),
        (["--to", "vrm", "--into", "{model}", "--hold", "1"], "vrm holds faces, not clips"),
        (["--to", "vrm", "--into", "{model}", "--presets", "glad=joy"], "no preset 'glad'"),
        (["--to", "vrm", "--into", "{model}", "--presets", "happy"], "expected a preset and a"),
        (["--to", "vrm", "--into", "{model}", "--presets", "sad=joy@hi"], "no intensity or style"),
        (["--to", "vrm", "--into", "{model}", "-o", "a.glb"], "expected a name that ends in .vrm"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], said: str, tmp_path: Path) -> None:
    model = tmp_path / "model.vrm"
    model.write_bytes(MODELS["VRM 1.0 with clips"])
    out = ["-o", str(tmp_path / "out.vrm")] if "-o" not in arguments else []
    given = [one.format(model=model) for one in arguments]
    assert said in " ".join(ended(2, "export", "default", *out, *given).stderr.split())
    assert [one.name for one in tmp_path.iterdir()] == ["model.vrm"]


def test_the_source_of_a_model_that_was_moved_is_known(tmp_path: Path) -> None:
    path, out = tmp_path / "model.vrm", tmp_path / "out.vrm"
    path.write_bytes(MODELS["VRM 0.x with clips"])
    given = ["export", "default", "--to", "vrm", "--into", str(path), "-o", str(out)]
    ended(0, *given, "--styles", "--labels", "joy,awe", "--without-mouth")
    shutil.move(out, tmp_path / "elsewhere.vrm")
    path.unlink()
    said = ended(0, "verify", "--export", tmp_path / "elsewhere.vrm").stdout
    assert "--styles --without-mouth" in said


IN_BLENDER = """
import json, sys
import bpy, io_scene_vrm

io_scene_vrm.register()
found = []
for path in sys.argv[1:]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.vrm(filepath=path)
    (model,) = [one.data.vrm_addon_extension for one in bpy.data.objects if one.type == "ARMATURE"]
    own = {one.custom_name: one.morph_target_binds for one in model.vrm1.expressions.custom}
    own["happy"] = model.vrm1.expressions.preset.happy.morph_target_binds
    if not model.is_vrm1():
        groups = model.vrm0.blend_shape_master.blend_shape_groups
        own = {one.name: one.binds for one in groups}
        own["happy"] = own.pop("Joy")
    found.append({name: {bind.index: bind.weight for bind in binds} for name, binds in own.items()})
print("FOUND " + json.dumps(found))
"""


def test_blender_with_its_vrm_add_on_has_the_faces(tmp_path: Path) -> None:
    if find_spec("bpy") is None or find_spec("io_scene_vrm") is None:
        pytest.skip("Blender (bpy) is not installed, or its VRM add-on (bpy-vrm-format)")
    files: list[str] = []
    for name in ("VRM 1.0 with shapes", "VRM 0.x with shapes"):
        (tmp_path / name).mkdir()
        files.append(str(filled(tmp_path / name, MODELS[name])[0]))
    given = [sys.executable, "-c", IN_BLENDER, *files]
    said = finished(given).stdout
    (line,) = [one for one in said.splitlines() if one.startswith("FOUND ")]
    for found in json.loads(line.removeprefix("FOUND ")):
        assert found["smirk_high"] == found["happy"] == pytest.approx(SMIRK, abs=1e-6)
        assert found["smirk_low"] == pytest.approx(WINK, abs=1e-6)
        assert found["JawLeft"] == {"jawLeft": 1.0}


ODD = [
    json.loads(text)
    for text in ("null", "true", "0", "-1", "7", "1e12", "1.5", '""', '"x"', '"joy"', "[]", "{}")
] + [[1], [{}], {"node": 0}]


def spoiled(document: Json, random: Random) -> None:
    """Put a value that is out of place somewhere into a document, or take one away."""
    place: Any = document
    while True:
        keys = keys_of(place)
        deeper = "extensions" in keys and random.random() < 0.5
        key = "extensions" if deeper else random.choice(keys)
        if not keys_of(place[key]) or random.random() < 0.15:
            break
        place = place[key]
    if random.random() < 0.2:
        del place[key]
    else:
        place[key] = deepcopy(random.choice(ODD))


@settings(max_examples=80, deadline=None)
@given(random=st.randoms(use_true_random=False), old=st.booleans(), spoils=st.integers(1, 3))
def test_any_model_is_refused_or_written_so_that_it_can_be_read(
    random: Random, old: bool, spoils: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clips = vrm_0([clip("Joy", 1, "joy"), clip("JawOpen", 0)])
    both = {"preset": {"happy": bound(1)}, "custom": {"JawOpen": bound(0)}}
    data, binary = sheet((*CHANNELS[:6], "Fcl_MTH_Fun"), clips if old else vrm_1(both))
    before = {"animations": 0, "accessors": 3, "views": 2, "bytes": 30, "tail": "x"}
    note = {"source": "s", "expressions": ["JawOpen"], "before": before}
    data["asset"]["extras"] = {"mien": note}
    for _ in range(spoils):
        spoiled(data, random)
    folder = tmp_path_factory.mktemp("spoiled")
    path = folder / "model.vrm"
    path.write_bytes(packed(data, binary))
    for form in fillable():
        out = folder / f"out{form.suffix}"
        try:
            write_into(form, FACES, TIMES, path, out)
        except (QueryError, SourceError):
            assert not out.exists()
        else:
            read_model(out)
            assert first_difference(form, FACES, TIMES, out) is None
