"""Small models made in code: GLB files with named morph targets, expressions and animations."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from mien.formats.arkit import arkit_channels

Json = dict[str, Any]

BONES = [
    *("hips", "spine", "head"),
    *(f"{side}{bone}" for side in ("left", "right") for bone in ("UpperLeg", "LowerLeg", "Foot")),
    *(f"{side}{bone}" for side in ("left", "right") for bone in ("UpperArm", "LowerArm", "Hand")),
]
PASCAL = [name[0].upper() + name[1:] for name in arkit_channels()]


def packed(document: Json, data: bytes) -> bytes:
    """The GLB of a document and its binary chunk."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if data:
        chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def sheet(names: Sequence[str], changes: Json | None = None, side: int = 4) -> tuple[Json, bytes]:
    """A square of ``side`` points a side that faces +z; each morph target moves points of its own.

    No two targets move alike, and none moves what its mirror does. ``changes`` are laid over the
    document.
    """
    grid = [[x / side - 0.5, y / side + 1.0, 0.0] for y in range(side) for x in range(side)]
    random = np.random.default_rng(len(names))
    moves = random.normal(0.0, 0.05, (len(names), side * side, 3)).astype("<f4")
    points = np.array([grid], dtype="<f4")
    quads = [y * side + x for y in range(side - 1) for x in range(side - 1)]
    corners = [i + k for i in quads for k in (0, 1, side, 1, side + 1, side)]
    data = points.tobytes() + moves.tobytes() + struct.pack(f"<{len(corners)}H", *corners)
    size = points.nbytes
    views = [
        {"buffer": 0, "byteOffset": size * i, "byteLength": size} for i in range(len(names) + 1)
    ]
    views.append({"buffer": 0, "byteOffset": size * len(views), "byteLength": 2 * len(corners)})
    accessors: list[Json] = [
        {
            "bufferView": i,
            "componentType": 5126,
            "count": side * side,
            "type": "VEC3",
            "min": part.min(axis=0).tolist(),
            "max": part.max(axis=0).tolist(),
        }
        for i, part in enumerate((*points, *moves))
    ]
    accessors.append(
        {
            "bufferView": len(names) + 1,
            "componentType": 5123,
            "count": len(corners),
            "type": "SCALAR",
        }
    )
    primitive: Json = {"attributes": {"POSITION": 0}, "indices": len(names) + 1}
    if names:
        primitive["targets"] = [{"POSITION": i} for i in range(1, len(names) + 1)]
    document: Json = {
        "asset": {"version": "2.0", "generator": "a test"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "face"}],
        "meshes": [
            {"name": "Face", "primitives": [primitive], "extras": {"targetNames": list(names)}}
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
        **(changes or {}),
    }
    return document, data


def glb(names: Sequence[str], changes: Json | None = None, side: int = 4) -> bytes:
    """The GLB of a `sheet`."""
    return packed(*sheet(names, changes, side))


def skeleton(first: int) -> list[Json]:
    """The nodes of all bones that a humanoid has to have, as a tree; the first is ``first``."""
    above = {"spine": "hips", "head": "spine"}
    for side in ("left", "right"):
        for limb, root in (("UpperLeg LowerLeg Foot", "hips"), ("UpperArm LowerArm Hand", "spine")):
            bones = [root, *(f"{side}{part}" for part in limb.split())]
            above |= dict(zip(bones[1:], bones, strict=False))
    nodes: list[Json] = []
    for bone in BONES:
        x = 0.1 * (bone.startswith("left") - bone.startswith("right"))
        node: Json = {
            "name": bone,
            "translation": [x, -0.3 if "Leg" in bone or "Foot" in bone else 0.3, 0.0],
        }
        below = [first + at for at, other in enumerate(BONES) if above.get(other) == bone]
        nodes.append({**node, "children": below} if below else node)
    return nodes


def vrm_1(expressions: Mapping[str, Mapping[str, Json]] | None = None) -> Json:
    """The parts of a VRM 1.0 file with ``expressions`` as they are written."""
    nodes = [{"mesh": 0, "name": "face"}, *skeleton(1)]
    vrm: Json = {
        "specVersion": "1.0",
        "meta": {
            "name": "test",
            "authors": ["mien"],
            "licenseUrl": "https://vrm.dev/licenses/1.0/",
        },
        "humanoid": {"humanBones": {bone: {"node": i} for i, bone in enumerate(BONES, 1)}},
    }
    if expressions is not None:
        vrm["expressions"] = expressions
    return {
        "nodes": nodes,
        "scenes": [{"nodes": [0, 1]}],
        "extensionsUsed": ["VRMC_vrm"],
        "extensions": {"VRMC_vrm": vrm},
    }


def vrm_0(clips: Sequence[Json] | None = None) -> Json:
    """The parts of a VRM 0.x file with ``clips`` as they are written."""
    nodes = [{"mesh": 0, "name": "face"}, *skeleton(1)]
    vrm: Json = {
        "specVersion": "0.0",
        "meta": {"title": "test"},
        "humanoid": {"humanBones": [{"bone": bone, "node": i} for i, bone in enumerate(BONES, 1)]},
    }
    if clips is not None:
        vrm["blendShapeMaster"] = {"blendShapeGroups": list(clips)}
    return {
        "nodes": nodes,
        "scenes": [{"nodes": [0, 1]}],
        "extensionsUsed": ["VRM"],
        "extensions": {"VRM": vrm},
    }


def bound(index: int, weight: float = 1.0, node: int = 0) -> Json:
    """An expression of VRM 1.0 that moves one morph target."""
    return {"morphTargetBinds": [{"node": node, "index": index, "weight": weight}]}


def clip(name: str, index: int, preset: str = "unknown", weight: float = 100.0) -> Json:
    """A clip of VRM 0.x that moves one morph target."""
    binds = [{"mesh": 0, "index": index, "weight": weight}]
    return {"name": name, "presetName": preset, "binds": binds}


def perfect_sync_1() -> Json:
    """The parts of a VRM 1.0 file with the 52 clips, in the order of the channels' targets."""
    custom = {name: bound(index) for index, name in enumerate(PASCAL)}
    return vrm_1({"custom": custom, "preset": {"aa": bound(PASCAL.index("JawOpen"))}})


def perfect_sync_0() -> Json:
    """The same of VRM 0.x."""
    return vrm_0([clip(name, index) for index, name in enumerate(PASCAL)])


def with_eyes(model: Json) -> Json:
    """``model``, the parts of a VRM file, with eyes that are bones and look by them."""
    nodes: list[Json] = model["nodes"]
    head = next(node for node in nodes if node["name"] == "head")
    places = [len(nodes), len(nodes) + 1]
    for name, x in (("leftEye", 0.03), ("rightEye", -0.03)):
        nodes.append({"name": name, "translation": [x, 0.05, 0.05]})
    head["children"] = [*head.get("children", []), *places]
    extensions = model["extensions"]
    if "VRM" in extensions:
        bones: list[Json] = extensions["VRM"]["humanoid"]["humanBones"]
        bones += [
            {"bone": n, "node": i} for n, i in zip(("leftEye", "rightEye"), places, strict=True)
        ]
        span = {"xRange": 90.0, "yRange": 10.0, "curve": [0, 0, 0, 1, 1, 1, 1, 0]}
        ways = ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp")
        extensions["VRM"]["firstPerson"] = {
            "lookAtTypeName": "Bone",
            **{f"lookAt{way}": span for way in ways},
        }
        return model
    vrm = extensions["VRMC_vrm"]
    for name, place in zip(("leftEye", "rightEye"), places, strict=True):
        vrm["humanoid"]["humanBones"][name] = {"node": place}
    ways = ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp")
    vrm["lookAt"] = {
        "type": "bone",
        "offsetFromHeadBone": [0.0, 0.06, 0.0],
        **{f"rangeMap{way}": {"inputMaxValue": 90.0, "outputScale": 10.0} for way in ways},
    }
    return model


def keys_of(value: object) -> list[Any]:
    """The keys or positions of what is in an object or a list."""
    if isinstance(value, dict):
        return list(cast("Json", value))
    return list(range(len(cast("list[object]", value)))) if isinstance(value, list) else []
