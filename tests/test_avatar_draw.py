"""Faces on 3-D heads in a real browser: what a model can do, what moves, what is refused."""

from __future__ import annotations

import importlib.util
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests import models
from tests.models import Json, bound, clip, packed, vrm_0
from tests.program import ended

from mien.avatar.browser import AvatarError, find_browser
from mien.avatar.draw import Facts, Shot, View, draw_faces
from mien.avatar.sheet import describe_model
from mien.cli.commands.sheet import command

SIDE = 6
GAZE = [f"eyeLook{way}{side}" for side in ("Left", "Right") for way in ("Down", "In", "Out", "Up")]
JAW, SMILE, BROW = "jawOpen", "mouthSmileLeft", "browInnerUp"


def browser() -> str | None:
    try:
        return find_browser()
    except AvatarError:
        return None


needs_browser = pytest.mark.skipif(browser() is None, reason="no Chromium or Chrome on the PATH")


def glb(names: Sequence[str], changes: Json | None = None) -> bytes:
    """A square sheet that faces +z, with a morph target a name: each lifts a row of its points.

    ``changes`` is laid over the glTF document.
    """
    grid = [(x / 5 - 0.5, y / 5 + 1.0, 0.0) for y in range(SIDE) for x in range(SIDE)]
    quads = [y * SIDE + x for y in range(SIDE - 1) for x in range(SIDE - 1)]
    corners = [i + k for i in quads for k in (0, 1, SIDE, 1, SIDE + 1, SIDE)]
    moves = [
        [(0.0, 0.12, 0.1) if i // SIDE == row % SIDE else (0.0, 0.0, 0.0) for i in range(SIDE**2)]
        for row in range(1, len(names) + 1)
    ]
    vectors = [struct.pack(f"<{3 * SIDE**2}f", *sum(rows, ())) for rows in (grid, *moves)]
    data = b"".join((*vectors, struct.pack(f"<{len(corners)}H", *corners)))
    size = len(vectors[0])
    views = [{"buffer": 0, "byteOffset": i * size, "byteLength": size} for i in range(len(vectors))]
    views.append({"buffer": 0, "byteOffset": len(vectors) * size, "byteLength": 2 * len(corners)})
    box = {"min": [-0.5, 0.0, 0.0], "max": [0.5, 2.0, 0.1]}
    points = {"componentType": 5126, "count": SIDE**2, "type": "VEC3", **box}
    accessors: list[Json] = [{**points, "bufferView": i} for i in range(len(vectors))]
    accessors.append(
        {"bufferView": len(vectors), "componentType": 5123, "count": len(corners), "type": "SCALAR"}
    )
    primitive = {
        "attributes": {"POSITION": 0},
        "indices": len(vectors),
        "material": 0,
        "targets": [{"POSITION": i} for i in range(1, len(vectors))],
    }
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "face"}],
        "meshes": [{"primitives": [primitive], "extras": {"targetNames": list(names)}}],
        "materials": [
            {
                "doubleSided": True,
                "pbrMetallicRoughness": {
                    "metallicFactor": 0,
                    "baseColorFactor": [0.8, 0.4, 0.3, 1],
                },
            }
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
        **(changes or {}),
    }
    return packed(document, data)


def vrm_1(expressions: Mapping[str, int | None], looks: Mapping[str, int]) -> Json:
    """The parts of a VRM 1.0 file: custom expressions and presets, each with its morph's index."""

    def of(index: int | None) -> Json:
        return {"morphTargetBinds": []} if index is None else bound(index)

    custom, preset = ({n: of(i) for n, i in one.items()} for one in (expressions, looks))
    return models.vrm_1({"custom": custom, "preset": preset})


def drawn(path: Path, *faces: Mapping[str, float] | Shot) -> tuple[Facts, list[bytes]]:
    shots = [face if isinstance(face, Shot) else Shot(weights=face) for face in faces]
    told: list[Facts] = []
    pictures: list[bytes] = []
    for one in draw_faces(path, shots, size=96, png=True):
        if isinstance(one, Facts):
            told.append(one)
        else:
            pictures.append(one)
    (facts,) = told
    assert len(pictures) == len(faces)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    return facts, pictures


def saved(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@needs_browser
def test_shapes_under_other_spellings_move_and_the_others_are_named(tmp_path: Path) -> None:
    names = ["Basis", "JawOpen", "blendShape1.mouthSmile_L", "BROWINNERUP", "smirk"]
    facts, pictures = drawn(
        saved(tmp_path, "a.glb", glb(names)), {}, {JAW: 1}, {SMILE: 1}, {BROW: 1}, {"cheekPuff": 1}
    )
    assert facts.format == "glTF"
    assert facts.present == ("jawOpen", "mouthSmileLeft", "browInnerUp")
    assert len(facts.missing) == 49
    assert "cheekPuff" in facts.missing
    rest, *moved, missing = pictures
    assert len({rest, *moved}) == 4
    assert missing == rest


@needs_browser
def test_a_turned_head_and_half_a_weight_are_other_pictures(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.glb", glb([JAW]))
    turned = Shot(weights={JAW: 1}, view=View(yaw=0.3))
    assert len(set(drawn(path, {JAW: 1}, {JAW: 0.5}, turned)[1])) == 3


@needs_browser
def test_perfect_sync_comes_before_morphs_of_the_same_name(tmp_path: Path) -> None:
    # The expression JawOpen moves the morph called smirk; the morph called jawOpen stays.
    model = glb([JAW, "smirk", SMILE], vrm_1({"JawOpen": 1, "BrowInnerUp": None}, {"lookUp": 2}))
    facts, (rest, jaw, smile, brow, up) = drawn(
        saved(tmp_path, "a.vrm", model),
        {},
        {JAW: 1},
        {SMILE: 1},
        {BROW: 1},
        {"eyeLookUpLeft": 1, "eyeLookUpRight": 1},
    )
    assert facts.format == "VRM 1.0"
    assert facts.present == ("eyeLookUpLeft", "eyeLookUpRight", "jawOpen", "mouthSmileLeft")
    assert brow == rest  # a clip without binds moves nothing
    assert len({rest, jaw, smile}) == 3
    assert up != rest
    plain = saved(tmp_path, "b.glb", glb([JAW, "smirk", SMILE]))
    assert drawn(plain, {JAW: 1})[1] != [jaw]


@needs_browser
def test_eyes_that_are_nodes_of_their_own_are_turned(tmp_path: Path) -> None:
    plain = {"attributes": {"POSITION": 0}, "indices": 2, "material": 0}
    face = {"primitives": [{**plain, "targets": [{"POSITION": 1}]}]}
    small = {"mesh": 1, "scale": [0.2, 0.2, 0.2]}
    parts = {
        "meshes": [{**face, "extras": {"targetNames": [JAW]}}, {"primitives": [plain]}],
        "nodes": [
            {"mesh": 0, "name": "face"},
            {**small, "name": "CC_Base_L_Eye", "translation": [0.2, 0.9, 0.2]},
            {**small, "name": "CC_Base_R_Eye", "translation": [-0.2, 0.9, 0.2]},
            {"name": "LeftEyeBrow"},
        ],
        "scenes": [{"nodes": [0, 1, 2, 3]}],
    }
    left = {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}
    facts, pictures = drawn(
        saved(tmp_path, "a.glb", glb([JAW], parts)), {}, left, {"eyeLookInLeft": 1.0}
    )
    assert len(facts.present) == 9
    assert {name for name in facts.present if name != JAW} <= set(GAZE)
    assert len(set(pictures)) == 3


@needs_browser
def test_clips_of_vrm_0(tmp_path: Path) -> None:
    model = glb(["a", "b"], vrm_0([clip("JawOpen", 0), clip("MOUTHSMILELEFT", 1), clip("Joy2", 0)]))
    facts, (rest, jaw, smile) = drawn(saved(tmp_path, "a.vrm", model), {}, {JAW: 1}, {SMILE: 1})
    assert facts.format == "VRM 0.x"
    assert facts.present == ("jawOpen", "mouthSmileLeft")
    assert len({rest, jaw, smile}) == 3


def meshes(count: int, listed: list[str]) -> Json:
    """One mesh of ``count`` shapes whose names stand with its primitive."""
    primitive = {
        "attributes": {"POSITION": 0},
        "indices": count + 1,
        "material": 0,
        "targets": [{"POSITION": i} for i in range(1, count + 1)],
        "extras": {"targetNames": listed},
    }
    return {"meshes": [{"name": "Head", "primitives": [primitive]}]}


@needs_browser
def test_names_in_another_place_and_a_basis_among_them_are_mended(tmp_path: Path) -> None:
    plain = saved(tmp_path, "plain.glb", glb([JAW, SMILE, "smirk"]))
    odd = glb(["a", "b", "c"], meshes(3, ["Basis", JAW, SMILE, "smirk"]))
    facts, pictures = drawn(saved(tmp_path, "odd.glb", odd), {JAW: 1}, {SMILE: 0.5})
    assert facts.present == (JAW, SMILE)
    assert facts.unknown == ("smirk",)
    (remark,) = facts.remarks
    assert remark.startswith("Head names Basis, the face at rest, among its shapes")
    assert pictures == drawn(plain, {JAW: 1}, {SMILE: 0.5})[1]
    words = describe_model("odd.glb", facts)
    assert "Names that mean none of them: smirk." in words
    assert words.endswith(remark)


@needs_browser
def test_presets_stand_in_for_the_shapes(tmp_path: Path) -> None:
    model = glb(["a", "b"], vrm_1({}, {"happy": 0, "aa": 1}))
    path = saved(tmp_path, "a.vrm", model)
    both = {SMILE: 1.0, "mouthSmileRight": 1.0}
    facts, (rest, smile, half, jaw) = drawn(path, {}, both, {SMILE: 1}, {JAW: 1})
    assert facts.present == (JAW, SMILE, "mouthSmileRight")
    assert "stand in for 3 of them, roughly: happy, aa" in facts.remarks[0]
    assert len({rest, smile, half, jaw}) == 4


@needs_browser
def test_fewer_names_than_shapes_are_refused_in_words(tmp_path: Path) -> None:
    odd = saved(tmp_path, "a.glb", glb(["a", "b", "c"], meshes(3, [JAW])))
    with pytest.raises(AvatarError, match="Head has 1 name for 3 shapes"):
        drawn(odd, {})


@needs_browser
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a model", "a.glb is not a glTF or VRM file"),
        (glb([JAW])[:500], "a.glb is cut short"),
        (
            glb(["smile", "blink"]),
            "none of the 52 ARKit shapes: its morph targets are smile, blink",
        ),
        (glb([JAW], {"meshes": [{"primitives": []}]}), "none of the 52 ARKit shapes"),
        (glb([JAW], {"bufferViews": []}), "a.glb cannot be read"),
        (glb([JAW], {"buffers": [{"uri": "https://a.example/b.bin"}]}), "needs other files"),
        (glb([JAW], {"scenes": [], "scene": 0}), "a.glb"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(AvatarError, match=words):
        drawn(saved(tmp_path, "a.glb", data), {})


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.avatar.draw.find_browser", lambda: "browser")
    huge = tmp_path / "huge.glb"
    with huge.open("wb") as file:
        os.truncate(file.fileno(), 257 * 2**20)
    with pytest.raises(AvatarError, match=r"huge\.glb has 257 MiB; an avatar may have 256"):
        drawn(huge, {})


def test_a_browser_is_found_by_name_and_by_variable(tmp_path: Path) -> None:
    for name in ("chromium-browser", "mine"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    path = str(tmp_path)
    assert find_browser({"PATH": path}) == str(tmp_path / "chromium-browser")
    assert find_browser({"PATH": path, "CHROME": "mine"}) == str(tmp_path / "mine")
    with pytest.raises(AvatarError, match="CHROME names other, which is not a program"):
        find_browser({"PATH": path, "CHROME": "other"})
    with pytest.raises(AvatarError, match="drawn by Chromium or Chrome"):
        find_browser({"PATH": str(tmp_path / "nothing")})


def test_a_browser_that_stops_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho no screen to draw on >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("CHROME", str(program))
    with pytest.raises(AvatarError, match="the browser stopped: no screen to draw on"):
        drawn(saved(tmp_path, "a.glb", glb([JAW])), {})


def sheet(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, ["default", *map(str, arguments)], standalone_mode=False)


@needs_browser
def test_the_sheet_on_an_avatar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a page and as a picture, which are of the same faces: these are drawn once."""
    faces: dict[str, list[Facts | bytes]] = {}

    def drawn_once(model: Path, shots: Sequence[Shot], *, size: int) -> list[Facts | bytes]:
        asked = repr((model, shots, size))
        if asked not in faces:
            faces[asked] = list(draw_faces(model, shots, size=size))
        return faces[asked]

    monkeypatch.setattr("mien.avatar.sheet.draw_faces", drawn_once)
    avatar = saved(tmp_path, "grid.glb", glb([JAW, SMILE]))
    for suffix in (".html", ".svg"):
        out = tmp_path / f"sheet{suffix}"
        done = sheet("--avatar", avatar, "-o", out)
        assert done.return_value == 0, done.output
        text = out.read_text("utf-8")
        assert text.count('"data:image/jpeg;base64,') == 80
        assert "Drawn on grid.glb (glTF), which has 2 of 52 shapes." in text
        assert "Missing: eyeBlinkLeft" in text
    assert len(faces) == 1


def test_no_browser_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME", raising=False)
    avatar = saved(tmp_path, "a.glb", glb([JAW]))
    out = tmp_path / "s.html"
    assert "Chromium" in ended(2, "sheet", "default", "--avatar", avatar, "-o", out).stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--judge", "-o", "s.html"], "--judge looks at one BANK on an --avatar FILE"),
        (["--format", "json", "-o", "s.html"], "belong to --judge"),
        (["--judge", "-o", "s.png"], "should end in .html"),
    ],
)
def test_options_that_do_not_fit(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(command, ["default", *arguments])
    assert done.exit_code == 2
    assert words in done.output


def facecap() -> Path | None:
    found = importlib.util.find_spec("openfacefx")
    folders = (found.submodule_search_locations or []) if found else []
    paths = [Path(folder) / "studio_web" / "assets" / "facecap.glb" for folder in folders]
    return next((path for path in paths if path.is_file()), None)


@needs_browser
@pytest.mark.skipif(
    facecap() is None, reason="the package openfacefx, which has a head, is missing"
)
def test_a_real_head(tmp_path: Path) -> None:
    path = facecap()
    assert path is not None
    look = {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}
    facts, pictures = drawn(path, {}, {"mouthSmileLeft": 0.8}, look, {"tongueOut": 1.0})
    assert (facts.format, facts.missing, facts.still) == ("glTF", (), ("tongueOut",))
    assert len(facts.present) == 52
    rest, smile, gaze, tongue = pictures
    assert len({rest, smile, gaze}) == 3
    assert tongue == rest
