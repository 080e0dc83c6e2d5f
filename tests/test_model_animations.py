"""Takes as VRMA and GLB: what three-vrm and three.js play of them, and the validator says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from attrs import evolve
from tests.child import finished, installed
from tests.models import PASCAL, bound, glb, packed, perfect_sync_1, sheet, vrm_1
from tests.program import ended
from tests.receivers import received

import mien
from mien import resources
from mien.errors import QueryError
from mien.formats.arkit import arkit_channels
from mien.formats.faces import ClipTimes, Face, FaceSet
from mien.formats.filled_model import first_difference, write_into
from mien.formats.registry import FORMATS, Format, write_take
from mien.formats.take import Take, gathered_take, steady_take
from mien.formats.turns import quaternions, turns_of
from mien.gltf.channel_names import channel_of, channels_of_other, pascal, strangeness
from mien.gltf.read import read_model
from mien.gltf.values import values_of
from mien.gltf.write import Rewrite, rewritten

CHANNELS = arkit_channels()
VRMA, GLB = (next(one for one in FORMATS if one.name == name) for name in ("vrma", "glb"))
BOTH = (VRMA, GLB)
VENDOR = Path(__file__).with_name("vendor")


def wavering(rows: int = 30) -> Take:
    """Every channel in its own way, left and right apart; some at rest, some for a while."""
    weights = np.random.default_rng(3).uniform(0.0, 1.0, (rows, len(CHANNELS)))
    weights[5:12, ::3] = weights[5:6, ::3]
    weights[:, 1::5] = 0.0
    take = steady_take(60.0, CHANNELS, weights.astype(np.float32), "a source")
    return evolve(take, name="wavering")


def nodding(take: Take) -> Take:
    """The take with a head that turns in all three ways."""
    rows = np.arange(len(take.times), dtype=np.float32)
    return evolve(take, head=np.stack([rows, -0.5 * rows, 0.25 * rows], axis=1))


def saved(take: Take, form: Format, folder: Path) -> Path:
    path = folder / f"take{form.suffix}"
    write_take(path, take)
    return path


def test_three_vrm_plays_the_expressions_of_a_vrma(tmp_path: Path) -> None:
    take = wavering()
    model = tmp_path / "model.vrm"
    model.write_bytes(glb(CHANNELS, perfect_sync_1()))
    rows = [0, 3, 8, 13, 28]
    times = [float(take.times[row]) for row in rows]
    played = received("play", saved(take, VRMA, tmp_path), model, *times)
    assert played["seconds"] == pytest.approx(29 / 60)
    (said,) = played["said"]
    assert "hips" in said, "a clip of a face alone has no body to be warned of"
    for row, moment in zip(rows, played["moments"], strict=True):
        values = moment["values"]
        for channel, weight in zip(CHANNELS, take.weights[row].tolist(), strict=True):
            assert values[pascal(channel)] == pytest.approx(weight, abs=2e-4), channel
        assert moment["head"] == [0, 0, 0, 1]


def test_three_vrm_turns_the_head_as_the_subject_does(tmp_path: Path) -> None:
    """A subject that faces +z and looks to its right looks to -x; its pitch is down, to -y."""
    take = steady_take(30.0, CHANNELS[:1], np.zeros((4, 1), dtype=np.float32))
    turns = np.array([[0, 0, 0], [30, 0, 0], [0, 20, 0], [0, 0, 10]], dtype=np.float32)
    model = tmp_path / "model.vrm"
    model.write_bytes(glb(CHANNELS, perfect_sync_1()))
    path = saved(evolve(take, head=turns), VRMA, tmp_path)
    played = received("play", path, model, *take.times.tolist())
    assert (
        "humanoid"
        in json.loads(read_model(path).container.text)["extensions"]["VRMC_vrm_animation"]
    )

    def turned(row: int, x: float, y: float, z: float) -> list[float]:
        qx, qy, qz, w = played["moments"][row]["head"]
        axis, vector = np.array([qx, qy, qz]), np.array([x, y, z])
        once = 2.0 * np.cross(axis, vector)
        found: list[float] = (vector + w * once + np.cross(axis, once)).tolist()
        return found

    assert turned(1, 0, 0, 1) == pytest.approx([-0.5, 0.0, np.cos(np.radians(30))], abs=1e-3)
    down = np.radians(20)
    assert turned(2, 0, 0, 1) == pytest.approx([0.0, -np.sin(down), np.cos(down)], abs=1e-3)
    aside = np.radians(10)
    assert turned(3, 0, 1, 0) == pytest.approx([-np.sin(aside), np.cos(aside), 0.0], abs=1e-3)


def test_channels_called_as_presets_are_presets(tmp_path: Path) -> None:
    names = ("happy", "aa", "grin")
    weights = np.array([[0.25, 0.5, 1.0]] * 2, dtype=np.float32)
    path = saved(steady_take(30.0, names, weights), VRMA, tmp_path)
    parts = {"preset": {"happy": bound(0), "aa": bound(1)}, "custom": {"Grin": bound(2)}}
    model = tmp_path / "model.vrm"
    model.write_bytes(glb(names, vrm_1(parts)))
    (moment,) = received("play", path, model, 0.01)["moments"]
    assert moment["values"] == pytest.approx({"happy": 0.25, "aa": 0.5, "Grin": 1.0})
    found = json.loads(read_model(path).container.text)["extensions"]["VRMC_vrm_animation"]
    assert set(found["expressions"]["preset"]) == {"happy", "aa"}


def test_three_js_plays_the_weights_of_a_glb(tmp_path: Path) -> None:
    take = nodding(wavering())
    rows = [0, 3, 8, 28]
    path = saved(take, GLB, tmp_path)
    played = received("weights", path, *(float(take.times[row]) for row in rows))
    assert played["said"] == []
    (clip,) = played["clips"]
    assert (clip["name"], clip["seconds"]) == ("wavering", pytest.approx(29 / 60))
    for row, (found,) in zip(rows, clip["moments"], strict=True):
        for channel, weight in zip(CHANNELS, take.weights[row].tolist(), strict=True):
            assert found.get(channel, 0.0) == pytest.approx(weight, abs=2e-4), channel


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 30])
def test_the_validator_finds_nothing(rows: int, head: bool, tmp_path: Path) -> None:
    take = wavering(rows) if rows else gathered_take(60.0, CHANNELS, [])
    take = nodding(take) if head else take
    files = [saved(take, form, tmp_path) for form in BOTH]
    assert received("validate", *files) == [[], []]


EXPRESSIONS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["node"],
        "additionalProperties": False,
        "properties": {"node": {"type": "integer", "minimum": 0}},
    },
}
GAZE = ["lookUp", "lookDown", "lookLeft", "lookRight"]
ANIMATION = {
    "type": "object",
    "required": ["specVersion"],
    "additionalProperties": False,
    "properties": {
        "specVersion": {"const": "1.0"},
        "humanoid": {
            "type": "object",
            "required": ["humanBones"],
            "properties": {"humanBones": {**EXPRESSIONS, "minProperties": 15}},
        },
        "expressions": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "preset": {**EXPRESSIONS, "propertyNames": {"not": {"enum": GAZE}}},
                "custom": EXPRESSIONS,
            },
        },
    },
}
"""From the specification of VRMC_vrm_animation."""


def test_a_vrma_is_as_the_specification_says(tmp_path: Path) -> None:
    path = saved(nodding(wavering()), VRMA, tmp_path)
    model = read_model(path)
    document = json.loads(model.container.text)
    jsonschema.validate(document["extensions"]["VRMC_vrm_animation"], ANIMATION)
    assert document["extensionsUsed"] == ["VRMC_vrm_animation"]
    assert [one.name for one in model.animated] == PASCAL
    nodes = [one.node for one in model.animated]
    assert len(set(nodes)) == len(nodes)
    for track in model.animations[0].tracks:
        if track.path == "translation":
            values = values_of(model, track.values)
            assert not values[:, 1:].any()
            assert track.node in nodes


@pytest.mark.parametrize("form", BOTH, ids=lambda form: form.name)
def test_head_and_weights_are_read_back(form: Format, tmp_path: Path) -> None:
    take = nodding(wavering())
    found = form.read(saved(take, form, tmp_path))
    assert found.channels == CHANNELS
    assert found.rate == pytest.approx(60.0, rel=1e-3)
    assert np.abs(found.weights - take.weights).max() < 1e-4
    assert found.head is not None
    assert take.head is not None
    assert np.allclose(found.head, take.head, atol=1e-3)
    assert found.source == "a source"


@pytest.mark.parametrize("form", BOTH, ids=lambda form: form.name)
@pytest.mark.parametrize("rate", [12.0, 24.0, 30_000 / 1001, 30.0, 120.0])
def test_the_rate_is_kept(form: Format, rate: float, tmp_path: Path) -> None:
    """Keys that say nothing are left out, so that those in the file do not tell the rate."""
    take = evolve(wavering(), rate=rate, times=np.arange(30) / rate)
    still = evolve(take, weights=np.where(take.weights > 0.5, take.weights[:1], 0.0))
    for one in (take, still):
        found = form.read(saved(one, form, tmp_path))
        assert found.rate == pytest.approx(rate, rel=1e-3)
        assert len(found.times) == 30
        assert np.abs(found.weights - one.weights).max() < 1e-3


def test_turns_are_found_again() -> None:
    turns = np.random.default_rng(0).uniform(-80.0, 80.0, (200, 3)).astype(np.float32)
    again = turns_of(3.0 * quaternions(turns).astype(np.float64))
    assert np.allclose(again, turns, atol=1e-3)


def test_an_export_is_a_clip_for_each_face(tmp_path: Path) -> None:
    for form in BOTH:
        path = tmp_path / f"joy{form.suffix}"
        given = ["--labels", "joy", "--at", "high", "--fade-in", "0.5", "--hold", "1"]
        command = ["export", "default", "--to", form.name, "-o", str(path), *given]
        ended(0, *command)
        note = json.loads(read_model(path).container.text)["asset"]["extras"]["mien"]
        assert note["source"].startswith("joy_high of default 2.1.0, artifact 3e903e04")
        take = form.read(path)
        assert take.times[-1] == pytest.approx(1.85, abs=0.02)
        half = take.weights_at(np.array([0.25]))[0]
        whole = take.weights_at(np.array([1.0]))[0]
        assert np.allclose(half, 0.5 * whole, atol=0.01)


def test_a_vrma_of_presets_moves_a_model_that_has_nothing_else(tmp_path: Path) -> None:
    path, model = tmp_path / "joy.vrma", tmp_path / "model.vrm"
    names = ["happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh"]
    binds = {name: bound(index) for index, name in enumerate(names)}
    model.write_bytes(glb(names, vrm_1({"preset": binds})))
    chosen = ["--labels", "joy", "--at", "high", "--expressions", "presets"]
    ended(0, "export", "default", "--to", "vrma", "-o", path, *chosen)
    joy = mien.load("default")
    weights = joy.named(joy.face("joy", at="high"))
    smile = 0.5 * (weights["mouthSmileLeft"] + weights["mouthSmileRight"])
    (moment,) = received("play", path, model, 1.0)["moments"]
    assert moment["values"]["happy"] == pytest.approx(smile)
    assert moment["values"]["angry"] == 0.0
    assert not json.loads(read_model(path).container.text)["extensions"]["VRMC_vrm_animation"][
        "expressions"
    ].get("custom")
    ended(0, "verify", "--export", path)
    given = ["export", "default", "--to", "json", "-o", str(tmp_path / "a.json")]
    said = ended(2, *given, "--expressions", "presets").stderr
    assert "json has no expressions: leave out --expressions" in said


NAMES = [
    *CHANNELS,
    *PASCAL,
    *("eyeBlink_L", "eyeBlink.R", "eyeBlinkL", "EYE_BLINK_LEFT", "L_eyeBlink", "Left_Eye_Blink"),
    *("blendShape1.browDown_L", "head:jawOpen", "facs_bs_JawOpen_div2", "jawOpen.001", "jawopen"),
    *("jawOpen_mouthClose", "mouthSmile", "smile", "Fcl_MTH_A", "", ".", "_", "l", "jaw Open"),
    *("BrowsU_C", "LipsUpperUp", "MouthCornerPullLeft", "Eye_Left_Blink", "x:Sneer", "puff.001"),
    *(
        "mouthLeft",
        "mouth_L",
        "mouthL",
        "Mouth_Left",
        "jawLeft_R",
        "ünïcode_jawOpen",
        "BrowInnerUpLeft",
    ),
]


def test_names_mean_the_same_to_the_page_and_here() -> None:
    node = installed("node")
    module = (resources.web() / "avatar" / "spellings.js").as_uri()
    script = f"""
        const {{ channelOf, channelsOfOther, strangeness }} = await import({json.dumps(module)});
        const names = {json.dumps(NAMES)};
        const found = names.map((name) => [
            channelOf(name) ?? null, channelsOfOther(name), strangeness(name, "jawOpen")]);
        console.log(JSON.stringify(found));
    """
    given = [node, "--input-type=module", "-e", script]
    said = finished(given).stdout
    own = [
        [channel_of(name, CHANNELS), list(channels_of_other(name)), strangeness(name, "jawOpen")]
        for name in NAMES
    ]
    for name, mine, theirs in zip(NAMES, own, json.loads(said), strict=True):
        assert mine == theirs, name


def test_vendored_receivers_are_upstream_s_byte_for_byte() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()
    pinned = {name.removeprefix("./"): digest for digest, name in map(str.split, lines)}
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert files == {"README.md", "SHA256SUMS", *pinned}
    for name, digest in pinned.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


SMIRK = {"jawLeft": 0.3, "mouthLeft": 0.2, "mouthSmileRight": 1.0}
WINK = {"eyeBlinkLeft": 0.7}


def faces(*names: str) -> FaceSet:
    weights = {"smirk": SMIRK, "wink": WINK}
    return FaceSet(
        bank="ours",
        version="2.0.0",
        artifact="ab" * 32,
        channels=CHANNELS,
        faces=tuple(
            Face(
                label=name,
                at="high",
                style=False,
                weights=np.array([weights[name].get(one, 0.0) for one in CHANNELS], np.float32),
            )
            for name in names
        ),
        request="mien export ours@2.0.0 --to glb",
    )


TIMES = ClipTimes(fade_in=0.5, hold=1.0, fade_out=0.5)


def head_of_two_meshes() -> bytes:
    """The face in two meshes, the second with eyelids alone and a target of its own at 0.25."""
    document, data = sheet(CHANNELS)
    primitive = document["meshes"][0]["primitives"][0]
    names = ["slim", "eyeBlink_L", "eyeBlink_R"]
    lids = {**primitive, "targets": primitive["targets"][:3]}
    document["meshes"].append(
        {"primitives": [lids], "extras": {"targetNames": names}, "weights": [0.25, 0, 0]}
    )
    document["nodes"].append({"mesh": 1, "name": "lids"})
    document["scenes"][0]["nodes"].append(1)
    return packed(document, data)


def test_three_js_plays_the_animations_in_a_model(tmp_path: Path) -> None:
    path, out = tmp_path / "head.glb", tmp_path / "out.glb"
    path.write_bytes(head_of_two_meshes())
    assert write_into(GLB, faces("smirk", "wink"), TIMES, path, out) == ()
    played = received("weights", out, 0, 0.25, 1, 1.75)
    assert [(clip["name"], clip["seconds"]) for clip in played["clips"]] == [
        ("smirk_high", 2.0),
        ("wink_high", 2.0),
    ]
    for clip, weights in zip(played["clips"], (SMIRK, WINK), strict=True):
        lids = {"eyeBlink_L": weights["eyeBlinkLeft"]} if "eyeBlinkLeft" in weights else {}
        for share, moment in zip((0.0, 0.5, 1.0, 0.5), clip["moments"], strict=True):
            face, other = moment
            assert face == pytest.approx({k: share * v for k, v in weights.items() if share})
            slim = {"slim": 0.25}
            assert other == pytest.approx(
                {**slim, **{k: share * v for k, v in lids.items() if share}}
            )
    assert received("validate", path, out) == [[], []]


def test_the_model_s_own_bytes_stay(tmp_path: Path) -> None:
    path, out = tmp_path / "head.glb", tmp_path / "out.glb"
    path.write_bytes(head_of_two_meshes())
    write_into(GLB, faces("smirk"), TIMES, path, out)
    before, after = read_model(path), read_model(out)
    first, second = before.container.binary, after.container.binary
    assert first is not None
    assert second is not None
    own = path.read_bytes()[first.start : first.end]
    assert out.read_bytes()[second.start : second.end].startswith(own)
    assert after.accessors[: len(before.accessors)] == before.accessors
    assert after.meshes == before.meshes
    document = json.loads(after.container.text)
    for key in ("asset", "animations", "accessors", "bufferViews", "buffers"):
        document.pop(key)
    assert document.items() <= json.loads(before.container.text).items()


def test_animations_written_again_take_the_place_of_the_former(tmp_path: Path) -> None:
    path, out, again = (tmp_path / f"{name}.glb" for name in ("head", "out", "again"))
    path.write_bytes(head_of_two_meshes())
    write_into(GLB, faces("smirk", "wink"), TIMES, path, out)
    assert first_difference(GLB, faces("smirk", "wink"), TIMES, out) is None
    assert first_difference(GLB, faces("smirk"), TIMES, out) is not None
    write_into(GLB, faces("wink"), TIMES, out, again)
    assert [one.name for one in read_model(again).animations] == ["wink_high"]
    write_into(GLB, faces("smirk", "wink"), TIMES, again, again)
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("said", "instead"),
    [('"tail":"', '"tail":"0'), ('"bytes":', '"bytes":9'), ('"accessors":', '"accessor":')],
)
def test_a_note_that_does_not_fit_is_not_trusted(said: str, instead: str, tmp_path: Path) -> None:
    """Another program may have put its own parts where mien's were: then nothing gives way."""
    path, out = tmp_path / "head.glb", tmp_path / "out.glb"
    path.write_bytes(head_of_two_meshes())
    write_into(GLB, faces("smirk"), TIMES, path, out)
    model = read_model(out)
    note = model.container.text.index('"before":')
    text = model.container.text[:note] + model.container.text[note:].replace(said, instead, 1)
    odd = tmp_path / "odd.glb"
    odd.write_bytes(b"".join(rewritten(model, Rewrite(text=text))))
    write_into(GLB, faces("wink"), TIMES, odd, odd)
    assert [one.name for one in read_model(odd).animations] == ["smirk_high", "wink_high"]
    assert received("validate", odd) == [[]]


def test_animations_of_the_model_stay(tmp_path: Path) -> None:
    path, out = tmp_path / "head.glb", tmp_path / "out.glb"
    write_take(path, wavering())
    write_into(GLB, faces("wink"), TIMES, path, out)
    before, after = read_model(path), read_model(out)
    assert [one.name for one in after.animations] == ["wavering", "wink_high"]
    for one, other in zip(before.animations[0].tracks, after.animations[0].tracks, strict=True):
        assert np.array_equal(values_of(before, one.values), values_of(after, other.values))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (glb(["a", "b"]), "has no morph target that is named as a channel"),
        (b'{"asset": {"version": "2.0"}}', "has no buffer of its own: export it as one .glb"),
    ],
)
def test_models_that_cannot_be_animated(model: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "head.glb"
    path.write_bytes(model)
    with pytest.raises(QueryError, match=said):
        write_into(GLB, faces("wink"), TIMES, path, tmp_path / "out.glb")
    assert [one.name for one in tmp_path.iterdir()] == ["head.glb"]


def test_verify_knows_a_model_from_a_clip(tmp_path: Path) -> None:
    path, out = tmp_path / "head.glb", tmp_path / "out.glb"
    path.write_bytes(head_of_two_meshes())
    given = ["export", "default", "--to", "glb", "--into", str(path), "-o", str(out)]
    ended(0, *given, "--labels", "joy", "--hold", "0.5")
    ended(0, "verify", "--export", out)
    data = out.read_bytes()
    out.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    assert f"{out}: differs" in ended(1, "verify", "--export", out).stdout
