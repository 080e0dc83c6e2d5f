"""Models are read as they are, and what is wrong with one is named where it stands."""

from __future__ import annotations

import base64
import json
import os
import resource
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import (
    BONES,
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

from mien.errors import SourceError
from mien.formats.arkit import arkit_channels
from mien.gltf.model import Model
from mien.gltf.read import read_model
from mien.gltf.values import values_of

NAMES = ("jawOpen", "mouthSmileLeft", "browInnerUp")


def saved(folder: Path, data: bytes, name: str = "a.glb") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(folder: Path, data: bytes, name: str = "a.glb") -> Model:
    return read_model(saved(folder, data, name))


def refused(folder: Path, data: bytes, name: str = "a.glb") -> list[str]:
    with pytest.raises(SourceError) as refusal:
        read(folder, data, name)
    return [f"{one.path}: {one.message} [{one.code}]" for one in refusal.value.faults]


def changed(change: Callable[[Json], None], names: tuple[str, ...] = NAMES) -> bytes:
    """A model after ``change`` of its document."""
    document, data = sheet(names)
    change(document)
    return packed(document, data)


def test_a_model_is_its_meshes_names_and_numbers(tmp_path: Path) -> None:
    model = read(tmp_path, glb(NAMES))
    assert (model.format, model.generator, model.warnings) == ("glTF", "a test", ())
    (mesh,) = model.meshes
    assert (mesh.name, mesh.targets, mesh.target_names) == ("Face", 3, NAMES)
    assert model.nodes_of(0) == (0,)
    (primitive,) = mesh.primitives
    document, data = sheet(NAMES)
    for number in (primitive.positions, *primitive.targets):
        assert number is not None
        found = values_of(model, number)
        limits = document["accessors"][number]
        assert np.allclose(found.min(axis=0), limits["min"])
        assert np.allclose(found.max(axis=0), limits["max"])
        assert found.tobytes() == data[number * 192 : number * 192 + 192]


@pytest.mark.parametrize("away", ["data", "file"])
def test_buffers_in_the_json_and_beside_it(away: str, tmp_path: Path) -> None:
    document, data = sheet(NAMES)
    inline = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    document["buffers"][0]["uri"] = inline if away == "data" else "face%20shapes.bin"
    (tmp_path / "face shapes.bin").write_bytes(data)
    model = read(tmp_path, json.dumps(document, indent=1).encode(), "a.gltf")
    for number in range(4):
        assert values_of(model, number).tobytes() == data[number * 192 : number * 192 + 192]
    assert values_of(model, 4)[:, 0].tolist()[:3] == [0.0, 1.0, 4.0]


def test_expressions_of_vrm_1(tmp_path: Path) -> None:
    happy = {**bound(1, 0.5), "isBinary": True, "overrideMouth": "blend", "overrideBlink": "block"}
    colours = {
        "materialColorBinds": [{"material": 0, "type": "color", "targetValue": [1, 1, 1, 1]}]
    }
    parts = vrm_1({"preset": {"happy": happy}, "custom": {"JawOpen": bound(0), "Blush": colours}})
    model = read(tmp_path, glb(NAMES, parts), "a.vrm")
    assert model.format == "VRM 1.0"
    first, jaw, blush = model.expressions
    assert (first.name, first.preset, first.binary) == ("happy", "happy", True)
    assert (first.override_mouth, first.override_blink, first.override_look) == (
        *("blend", "block"),
        "none",
    )
    assert (first.binds[0].node, first.binds[0].index, first.binds[0].weight) == (0, 1, 0.5)
    assert (jaw.name, jaw.preset, jaw.binds[0].mesh) == ("JawOpen", "", None)
    assert (blush.binds, blush.others) == ((), 1)
    assert dict(model.bones)["head"] == 1 + BONES.index("head")


def test_clips_of_vrm_0(tmp_path: Path) -> None:
    clips = [clip("Joy", 1, "Joy", 40.0), clip("SURPRISED", 2), clip("JawOpen", 0)]
    del clips[2]["binds"][0]["weight"]
    clips[0]["binds"].append({"mesh": -1, "index": 3, "weight": 5})
    model = read(tmp_path, glb(NAMES, vrm_0(clips)), "a.vrm")
    joy, surprised, jaw = model.expressions
    assert (model.format, joy.preset, joy.name) == ("VRM 0.x", "happy", "Joy")
    assert [(one.mesh, one.weight) for one in joy.binds] == [(0, 40.0), (None, 5.0)]
    assert (surprised.preset, jaw.preset, jaw.binds[0].weight) == ("surprised", "", 100.0)
    assert dict(model.bones)["hips"] == 1


@pytest.mark.parametrize("parts", [perfect_sync_1(), perfect_sync_0()])
def test_the_52_clips(parts: Json, tmp_path: Path) -> None:
    model = read(tmp_path, glb(arkit_channels(), parts), "a.vrm")
    found = {one.name: one.binds[0].index for one in model.expressions if not one.preset}
    assert found == {name: index for index, name in enumerate(PASCAL)}


def test_numbers_of_every_kind(tmp_path: Path) -> None:
    document, data = sheet(NAMES)
    start = len(data) + -len(data) % 4
    rows = np.array([[127, -128, 0, 0], [64, 1, -127, 0]], dtype=np.int8)
    sparse = struct.pack("<2H2f", 1, 2, 0.25, -4.0)
    more = rows.tobytes() + sparse
    views = document["bufferViews"]
    views += [{"buffer": 0, "byteOffset": start, "byteLength": 8, "byteStride": 4}]
    views += [
        {"buffer": 0, "byteOffset": start + at, "byteLength": size}
        for at, size in ((8, 4), (12, 8))
    ]
    document["buffers"][0]["byteLength"] = start + len(more)
    document["accessors"] += [
        {"bufferView": 5, "componentType": 5120, "normalized": True, "count": 2, "type": "VEC3"},
        {
            "componentType": 5126,
            "count": 4,
            "type": "SCALAR",
            "sparse": {
                "count": 2,
                "indices": {"bufferView": 6, "componentType": 5123},
                "values": {"bufferView": 7},
            },
        },
    ]
    model = read(tmp_path, packed(document, data + bytes(start - len(data)) + more))
    assert values_of(model, 5).tolist() == pytest.approx(
        np.array([[1, -1, 0], [64 / 127, 1 / 127, -1]])
    )
    assert values_of(model, 6)[:, 0].tolist() == [0.0, 0.25, -4.0, 0.0]


def names_of(listed: Sequence[str], count: int = 3, *, at_primitive: bool = False) -> bytes:
    def change(document: Json) -> None:
        mesh = document["meshes"][0]
        mesh["extras"] = {}
        owner = mesh["primitives"][0] if at_primitive else mesh
        owner["extras"] = {"targetNames": list(listed)}

    return changed(change, tuple("abc"[:count]))


@pytest.mark.parametrize("at_primitive", [False, True])
def test_names_are_those_that_are_certain(at_primitive: bool, tmp_path: Path) -> None:
    def found(listed: Sequence[str]) -> tuple[tuple[str, ...], str]:
        model = read(tmp_path, names_of(listed, at_primitive=at_primitive))
        return model.meshes[0].target_names, " ".join(one.message for one in model.warnings)

    assert found(list(NAMES)) == (NAMES, "")
    assert found(["Basis", *NAMES]) == (
        NAMES,
        "Basis, the face at rest, is named among the targets: it is left out",
    )
    few, said = found(NAMES[:2])
    assert (few, said[:28]) == ((), "2 names for 3 morph targets:")
    assert found([]) == ((), "3 morph targets without names")
    twice, said = found(["jawOpen", "x", "jawOpen"])
    assert (twice[2], said) == ("jawOpen", "several morph targets are called jawOpen")


def test_primitives_that_differ_are_told(tmp_path: Path) -> None:
    def change(document: Json) -> None:
        parts = document["meshes"][0]["primitives"]
        parts.append({**parts[0], "targets": parts[0]["targets"][:1]})

    (said,) = read(tmp_path, changed(change)).warnings
    assert said.path == "meshes[0].primitives[1]"
    assert (said.message, said.code) == (
        "it has 1 morph target, primitive 0 has 3",
        "model-targets",
    )


@pytest.mark.parametrize("extras", ["by hand", 3, [1, 2], None, {"mien": "x"}])
def test_extras_may_be_anything(extras: object, tmp_path: Path) -> None:
    def change(document: Json) -> None:
        for owner in (document["asset"], document["meshes"][0]["primitives"][0]):
            owner["extras"] = extras

    model = read(tmp_path, changed(change))
    assert (model.meshes[0].target_names, model.source, model.warnings) == (NAMES, "", ())


def put(*path: str | int, value: object) -> bytes:
    """A model in which the value at ``path`` is another one."""

    def change(document: Json) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return changed(change)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            put("accessors", 1, "bufferView", value=9),
            "accessors[1].bufferView: there is no bufferView 9: there are 5",
        ),
        (
            put("accessors", 1, "byteOffset", value=4),
            "accessors[1]: it ends at byte 196 of bufferView 1, which has 192 [model-range]",
        ),
        (
            put("accessors", 1, "count", value=2**32),
            "accessors[1]: it ends at byte 51,539,607,552 of bufferView 1",
        ),
        (
            put("accessors", 1, "count", value=-1),
            "accessors[1].count: found -1, expected a whole number from 1",
        ),
        (
            put("accessors", 1, "type", value="VEC9"),
            'accessors[1].type: found "VEC9", expected one of SCALAR',
        ),
        (
            put("accessors", 1, "componentType", value=5124),
            "accessors[1].componentType: found 5124, expected one of 5120",
        ),
        (
            put("bufferViews", 2, "byteLength", value=1 << 40),
            "bufferViews[2]: it ends at byte 1,099,511,628,160 of buffer 0",
        ),
        (
            put("bufferViews", 2, "byteStride", value=4),
            "accessors[2]: elements of 12 bytes stand 4 bytes apart in bufferView 2",
        ),
        (
            put("buffers", 0, "byteLength", value=4 << 30),
            "buffers[0].byteLength: it says 4,294,967,296 bytes, there are 876",
        ),
        (
            put("buffers", 0, "byteLength", value="12"),
            'buffers[0].byteLength: found "12", expected a whole number',
        ),
        (put("nodes", 0, "mesh", value=3), "nodes[0].mesh: there is no mesh 3: there are 1"),
        (put("nodes", 0, "children", value=[0]), "nodes[0]: node 0 is its own ancestor"),
        (
            put("nodes", value=[{"children": [1]}, {"children": [2]}, {"children": [0]}]),
            "is its own ancestor",
        ),
        (
            put("nodes", value=[{"children": [2]}, {"children": [2]}, {}]),
            "nodes[1].children: node 2 is a child of node 0, too",
        ),
        (put("nodes", value={}), "nodes: found an object, expected a list"),
        (put("asset", value={}), "asset: there is no version"),
        (put("asset", "version", value="1.0"), "asset.version: found '1.0', expected 2.0"),
        (
            put("meshes", 0, "name", value="\ud800"),
            "meshes[0].name: a text holds half of a surrogate pair",
        ),
        (
            put("accessors", 1, "count", value=8),
            "meshes[0].primitives[0].targets[0]: it moves 8 points of 16",
        ),
        (
            put("accessors", value=[{"componentType": 5126, "type": "MAT4", "count": 1 << 30}]),
            "elements without a byte",
        ),
        (
            put("animations", value=[{"channels": [{"target": {"node": 0}, "sampler": 2}]}]),
            "animations[0].channels[0].sampler: there is no sampler 2: there is none",
        ),
        (packed(sheet(NAMES)[0], b""), "its bytes are missing [model-buffer]"),
    ],
)
def test_what_does_not_fit_is_named(data: bytes, said: str, tmp_path: Path) -> None:
    found = refused(tmp_path, data)
    assert any(said in one for one in found), found


WHOLE = glb(NAMES)


def word(at: int, value: int, data: bytes = WHOLE) -> bytes:
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", ": the file is empty [file-empty]"),
        (b"glT", ": the file is cut short: it has 3 bytes [model-cut]"),
        (WHOLE[:11], ": the file is cut short: it has 11 bytes [model-cut]"),
        (
            WHOLE[:600],
            f": the file is cut short: byte 8 says {len(WHOLE):,} bytes, it has 600 [model-cut]",
        ),
        (
            WHOLE + bytes(8),
            f"says that the file has {len(WHOLE):,} bytes, it has {len(WHOLE) + 8:,} "
            "[model-container]",
        ),
        (word(4, 1), ": it is glTF 1, expected glTF 2 [model-unknown]"),
        (word(12, 4_000_000_000), ": chunk 0, at byte 12, says that it has 4,000,000,000 bytes; "),
        (word(16, 0), ": the first chunk, at byte 12, should be JSON, found"),
        (word(12, 8), ", says that it has"),
        (word(8, 12, WHOLE[:12]), "the first chunk, at byte 12, should be JSON, found none"),
        (
            b"MZ\x90\0 no model",
            ": it is no glTF file (.glb, .gltf, .vrm, .vrma): it starts with the bytes 4D 5A 90 00",
        ),
        (json.dumps(sheet(NAMES)[0]).encode("utf-16"), "it starts with the bytes FF FE"),
        (
            packed({}, b"").replace(b"{}", b"[]"),
            ": found a list, expected an object with asset [model-structure]",
        ),
        (
            packed({}, b"").replace(b"{}", b"\xff}"),
            ": byte 0xFF at 20 is not UTF-8 text [file-encoding]",
        ),
        (
            packed({"a": 1}, b"").replace(b"1", b","),
            ": its JSON cannot be read: expecting value in line 1, column 7 [no-json]",
        ),
        (
            packed({"a": 1, "b": 2}, b"").replace(b'"b"', b'"a"'),
            "an object has the key 'a' twice [no-json]",
        ),
        (b'{"a": NaN}', "found NaN, expected a number [no-json]"),
        (b"[" * 100_000, "it starts with the bytes 5B 5B 5B 5B"),
        (b'{"a":' + b"[" * 100_000, "it is nested too deeply [no-json]"),
        (
            b'{"a":[' + b"[]," * 2_100_000 + b"[]]}",
            "it has more than 2,000,000 keys and values [no-json]",
        ),
    ],
)
def test_a_container_that_lies_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (found,) = refused(tmp_path, data)
    assert said in found


def test_only_text_is_taken_for_utf_16(tmp_path: Path) -> None:
    for data, hint in ((bytes(100), ""), ("text".encode("utf-16-le"), "it looks like UTF-16")):
        with pytest.raises(SourceError) as refusal:
            read(tmp_path, data)
        assert refusal.value.faults[0].hint.partition(";")[0] == hint


def test_chunks_that_do_not_end_on_four_bytes_are_told(tmp_path: Path) -> None:
    text = json.dumps({"asset": {"version": "2.0"}}).encode() + b"  "
    text += b" " * (1 - len(text) % 4)
    chunk = struct.pack("<I4s", len(text), b"JSON") + text
    data = struct.pack("<4sII", b"glTF", 2, 12 + len(chunk)) + chunk
    (said,) = read(tmp_path, data).warnings
    assert said.message == f"chunk 0, at byte 12, has {len(text)} bytes, no multiple of 4"


def test_a_fault_in_a_file_of_json_has_its_line(tmp_path: Path) -> None:
    document, data = sheet(NAMES)
    document["buffers"][0]["uri"] = "data:;base64," + base64.b64encode(data).decode()
    document["nodes"][0]["mesh"] = 5
    text = json.dumps(document, indent=1)
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, text.encode(), "a.gltf")
    (fault,) = refusal.value.faults
    assert text.splitlines()[fault.place.line - 1] == '   "mesh": 5,'


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("../secret.bin", "it leads out of the model's folder: ../secret.bin"),
        ("%2e%2e/secret.bin", "it leads out of the model's folder"),
        ("/etc/passwd", "it leads out of the model's folder"),
        ("https://a.example/b.bin", "it leads out of the model's folder"),
        ("none.bin", "none.bin: the file cannot be read: no such file"),
        ("short.bin", "192 bytes are needed, it has 92 there"),
        ("folder", "folder: expected an avatar, found something that is no file"),
        ("data:;base64," + "!" * 2000, "its data URI is no base64"),
    ],
)
def test_buffers_that_are_not_there(uri: str, said: str, tmp_path: Path) -> None:
    document, data = sheet(NAMES)
    document["buffers"][0]["uri"] = uri
    (tmp_path / "short.bin").write_bytes(data[:92])
    (tmp_path / "folder").mkdir()
    model = read(tmp_path, json.dumps(document).encode(), "a.gltf")
    with pytest.raises(SourceError, match=r"buffers\[0\]") as refusal:
        values_of(model, 0)
    assert said in str(refusal.value)


def test_what_is_compressed_is_said(tmp_path: Path) -> None:
    document, data = sheet(NAMES)
    document["buffers"].append(
        {"byteLength": 10**9, "extensions": {"EXT_meshopt_compression": {"fallback": True}}}
    )
    packing = {"EXT_meshopt_compression": {"buffer": 0, "byteLength": 8}}
    document["bufferViews"].append({"buffer": 1, "byteLength": 192, "extensions": packing})
    document["accessors"][2]["bufferView"] = 5
    model = read(tmp_path, packed(document, data))
    assert len(values_of(model, 1)) == 16
    with pytest.raises(SourceError, match=r"compressed \(meshopt\).*\[model-compressed\]"):
        values_of(model, 2)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such file or directory \[file-unreadable\]"):
        read_model(tmp_path / "none.glb")
    with pytest.raises(SourceError, match=r"\[file-irregular\]"):
        read_model(tmp_path)
    huge = tmp_path / "huge.glb"
    huge.touch()
    os.truncate(huge, 300 << 20)
    with pytest.raises(SourceError, match=r"an avatar of at most 268,435,456 \[file-too-large\]"):
        read_model(huge)


def test_claims_take_no_memory(tmp_path: Path) -> None:
    """A file of a kilobyte that claims gigabytes is refused without taking them."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    claims = ((("accessors", 1, "count"), 2**31), (("buffers", 0, "byteLength"), 2**40))
    for path, value in claims:
        refused(tmp_path, put(*path, value=value))
    refused(tmp_path, word(12, 2**32 - 1))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@settings(max_examples=150, deadline=None)
@given(
    flips=st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4
    ),
    cut=st.integers(0, len(WHOLE)),
    whole=st.booleans(),
)
def test_any_damage_is_refused_or_read(
    flips: list[tuple[int, int]], cut: int, whole: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever bytes are there, the only exception is the product's own."""
    data = bytearray(WHOLE)
    for at, value in flips:
        data[at] = value
    path = saved(tmp_path_factory.mktemp("damaged"), bytes(data if whole else data[:cut]))
    with suppress(SourceError):
        model = read_model(path)
        for number in range(len(model.accessors)):
            values_of(model, number)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["VEC3", "SCALAR", "weights", "translation", "blend"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
PLACES = st.lists(st.integers(0, 60), min_size=1, max_size=7)


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=3), old=st.booleans())
def test_any_other_value_is_refused_or_read(
    changes: list[tuple[list[int], object]], old: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document, data = sheet(
        NAMES, vrm_0([clip("Joy", 1, "joy")]) if old else vrm_1({"custom": {"JawOpen": bound(0)}})
    )
    for walk, value in changes:
        place: Any = document
        for step in walk[:-1]:
            keys = keys_of(place)
            if not keys_of(place[keys[step % len(keys)]]):
                break
            place = place[keys[step % len(keys)]]
        keys = keys_of(place)
        place[keys[walk[-1] % len(keys)]] = value
    path = saved(tmp_path_factory.mktemp("changed"), packed(document, data))
    with suppress(SourceError):
        model = read_model(path)
        for number in range(len(model.accessors)):
            values_of(model, number)
