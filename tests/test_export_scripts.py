"""The scripts for Blender and Unreal, run on as much of their programs as they ask for."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import field, frozen
from tests.child import finished
from tests.test_export_command import lopsided

from mien.formats.registry import FORMATS, Format


def form(name: str) -> Format:
    return next(one for one in FORMATS if one.name == name)


def run_script(name: str, program: str, module: object) -> dict[str, Any]:
    """The names that the script defines, run as its program runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, program, module)
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(form(name).encode_faces(lopsided()), name, "exec"), names)  # noqa: S102
    return names


class ShapeKey:
    """A shape key that notes where it was keyed."""

    def __init__(self) -> None:
        self.value = 0.9
        self.keyed: dict[int, float] = {}

    def keyframe_insert(self, path: str, *, frame: int) -> None:
        assert path == "value"
        self.keyed[frame] = self.value


class Markers:
    """The markers of a timeline."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []

    def new(self, name: str, *, frame: int) -> None:
        self.found.append((name, frame))


def test_blender_keys_every_face_on_its_frame(capsys: pytest.CaptureFixture[str]) -> None:
    own = lopsided()
    blocks = {name: ShapeKey() for name in ("Basis", *own.channels) if name != "tongueOut"}
    markers, keys = Markers(), SimpleNamespace(key_blocks=blocks)
    mesh = SimpleNamespace(type="MESH", name="Head", data=SimpleNamespace(shape_keys=keys))
    scene = SimpleNamespace(timeline_markers=markers)
    bpy = SimpleNamespace(context=SimpleNamespace(object=mesh, scene=scene))
    names = run_script("blender", "bpy", bpy)
    assert markers.found == [("smirk_high", 1), ("smirk_wink", 11)]
    for face, frame in zip(own.faces, (1, 11), strict=True):
        for name, weight in own.weights_of(face).items():
            assert name == "tongueOut" or blocks[name].keyed[frame] == weight
    assert blocks["Basis"].keyed == {}
    said = capsys.readouterr().out
    assert said.startswith(f"2 faces of {own.source}")
    assert "without a shape key: tongueOut" in said
    names["set_face"](mesh, "smirk_high")
    assert blocks["eyeBlinkLeft"].value == 0.0
    assert blocks["mouthSmileRight"].value == 1.0
    assert sorted(blocks["eyeBlinkLeft"].keyed) == [1, 11]
    for wrong in (None, SimpleNamespace(type="LAMP")):
        with pytest.raises(ValueError, match="select a mesh with shape keys"):
            names["set_face"](wrong, "smirk_high")
    keys.key_blocks = {"Basis": ShapeKey()}
    with pytest.raises(ValueError, match="Head has no shape key called as a channel"):
        names["set_face"](mesh, "smirk_high")


IN_BLENDER = """
import runpy, sys, bpy
names = runpy.run_path(sys.argv[1])
bpy.ops.mesh.primitive_cube_add()
mesh = bpy.context.object
for name in ("Basis", *names["CHANNELS"]):
    mesh.shape_key_add(name=name)
runpy.run_path(sys.argv[1], run_name="__main__")
for number, (name, face) in enumerate(names["FACES"].items()):
    assert bpy.context.scene.timeline_markers[name].frame == 1 + 10 * number
    bpy.context.scene.frame_set(1 + 10 * number)
    for channel in names["CHANNELS"]:
        value = mesh.data.shape_keys.key_blocks[channel].value
        assert abs(value - face.get(channel, 0.0)) < 1e-6, (name, channel, value)
"""


@pytest.mark.skipif(find_spec("bpy") is None, reason="Blender (bpy) is not installed")
def test_blender_itself_shows_the_faces(tmp_path: Path) -> None:
    path = tmp_path / "faces.py"
    path.write_bytes(form("blender").encode_faces(lopsided()))
    command = [sys.executable, "-c", IN_BLENDER, str(path)]
    done = finished(command)
    assert "without a shape key: none" in done.stdout


class Sequence:
    """An animation sequence of Unreal with its curves, one of them from before."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.curves: dict[str, list[tuple[float, float]]] = {"JawLeft": [(0.0, 1.0)]}


class AnimationLibrary:
    """As much of Unreal's library of that name as the script asks for."""

    def get_sequence_length(self, sequence: Sequence) -> float:
        return sequence.seconds

    def does_curve_exist(self, sequence: Sequence, name: str, kind: str) -> bool:
        assert kind == "float"
        return name in sequence.curves

    def remove_curve(self, sequence: Sequence, name: str) -> None:
        del sequence.curves[name]

    def add_curve(self, sequence: Sequence, name: str, kind: str) -> None:
        assert kind == "float"
        assert name not in sequence.curves, "the editor adds no curve twice"
        sequence.curves[name] = []

    def add_float_curve_keys(
        self, sequence: Sequence, name: str, times: list[float], values: list[float]
    ) -> None:
        sequence.curves[name] += zip(times, values, strict=True)


@frozen(kw_only=True)
class Editor:
    """Unreal's editor: what is selected, and what was saved and logged."""

    selected: list[object]
    saved: list[object] = field(factory=list[object])
    logged: list[str] = field(factory=list[str])

    @property
    def module(self) -> SimpleNamespace:
        """What the script imports."""

        def selected() -> list[object]:
            return self.selected

        return SimpleNamespace(
            AnimationLibrary=AnimationLibrary(),
            AnimSequence=Sequence,
            RawCurveTrackTypes=SimpleNamespace(RCT_FLOAT="float"),
            EditorAssetLibrary=SimpleNamespace(save_loaded_asset=self.saved.append),
            EditorUtilityLibrary=SimpleNamespace(get_selected_assets=selected),
            log=self.logged.append,
        )


def test_unreal_keys_every_face_on_its_frame() -> None:
    own, sequence = lopsided(), Sequence(1.0)
    editor = Editor(selected=["a texture", sequence])
    run_script("unreal-script", "unreal", editor.module)
    assert len(sequence.curves) == len(own.channels)
    for column, name in enumerate(own.channels):
        keys = sequence.curves[name[0].upper() + name[1:]]
        assert [moment for moment, _ in keys] == pytest.approx([0.0, 1 / 30])
        values = [float(face.weights[column]) for face in own.faces]
        assert [value for _, value in keys] == pytest.approx(values)
    assert editor.saved == [sequence]
    (line,) = editor.logged
    assert line.startswith("2 faces of ours 2.0.0, artifact abab")


@pytest.mark.parametrize(
    ("selected", "said"),
    [
        ([], "0 are selected"),
        ([Sequence(1.0), Sequence(1.0)], "2 are selected"),
        ([Sequence(0.01)], "the sequence lasts 0.010 s, the faces need 0.033 s"),
    ],
)
def test_unreal_changes_nothing_that_does_not_fit(selected: list[object], said: str) -> None:
    editor = Editor(selected=selected)
    with pytest.raises(ValueError, match=said):
        run_script("unreal-script", "unreal", editor.module)
    assert (editor.saved, editor.logged) == ([], [])
