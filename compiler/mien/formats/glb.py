"""GLB: the weights of named morph targets, animated, in a model or on a mesh that shows nothing.

That mesh has the channels' names; other programs play the animation on a head that has them too.
Into a model go animations alone, its bytes stay as they were; those that mien wrote before, by the
model's own note (`asset.extras.mien`), give way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import asdict, frozen

from mien.errors import QueryError
from mien.formats.faces import ClipTimes, Face, FaceSet, clip_of
from mien.formats.model_animation import read as read
from mien.formats.reach import reach_remarks
from mien.formats.take import F32, Take
from mien.formats.turns import quaternions
from mien.gltf.json_edit import JsonEdit, compact
from mien.gltf.model import Model
from mien.gltf.read import EXTRAS
from mien.gltf.shapes import Target, morphs_of_nodes
from mien.gltf.write import Binary, Rewrite, glb_bytes

_HEAD = "Head"
_LISTS = ("animations", "accessors", "bufferViews")
_CORNERS = np.array([[0.0, 0.0, 0.0], [1e-6, 0.0, 0.0], [0.0, 1e-6, 0.0]], dtype=np.float32)
"""A triangle that is too small to be seen: a mesh has one at least."""


def encode(take: Take, mesh: str) -> bytes:
    """The file of a take, at its own moments; ``mesh`` is the name of its node."""
    numbers = Binary()
    corners = numbers.add(_CORNERS, limits=True)
    still = numbers.add(np.zeros_like(_CORNERS), limits=True)
    names = list(take.channels)
    face: dict[str, object] = {"mesh": 0, "name": mesh}
    nodes = [face]
    times, weights = kept_rows(take)
    samplers = [numbers.sampler(times, weights.reshape(-1))]
    targets = [{"node": 0, "path": "weights"}]
    if take.head is not None and len(take.times):
        nodes.append({"name": _HEAD, "children": [0]})
        samplers.append(numbers.sampler(take.times.astype(np.float32), quaternions(take.head)))
        targets.append({"node": 1, "path": "rotation"})
    primitive = {"attributes": {"POSITION": corners}, "targets": [{"POSITION": still}] * len(names)}
    animation = {
        "name": take.name or "take",
        "samplers": samplers,
        "channels": [{"sampler": at, "target": one} for at, one in enumerate(targets)],
    }
    return glb_bytes(
        {
            "scene": 0,
            "scenes": [{"nodes": [len(nodes) - 1]}],
            "nodes": nodes,
            "meshes": [{"name": mesh, "primitives": [primitive], "extras": {"targetNames": names}}],
            "animations": [animation],
        },
        {"rate": take.rate, "source": take.source},
        numbers,
    )


def into(model: Model, faces: FaceSet, times: ClipTimes) -> Rewrite:
    """A model with an animation for each face, of all its meshes that have channels' names.

    Raises:
        QueryError: the model is no GLB with a buffer of its own, or none of its meshes has one.
    """
    chunk = model.container.binary
    if chunk is None or not model.buffers or model.buffers[0].uri is not None:
        raise QueryError(f"{model.path} has no buffer of its own: export it as one .glb")
    moved = morphs_of_nodes(model, faces.channels)
    if not moved:
        raise QueryError(f"{model.path} has no morph target that is named as a channel")
    edit = JsonEdit(model.container.text)
    before = _before(edit, model, chunk.length)
    start = before.bytes + -before.bytes % 4
    numbers = Binary(start, before.views, before.accessors)
    clips = [_clip(model, moved, faces, face, times, numbers) for face in faces.faces]
    more = bytes(start - before.bytes) + numbers.data
    lists = (clips, numbers.accessors, numbers.views)
    new = [[compact(one) for one in part] for part in lists]
    kept = (before.animations, before.accessors, before.views)
    for key, count, texts in zip(_LISTS, kept, new, strict=True):
        edit.extend((key,), count, texts)
    edit.put(("buffers", 0, "byteLength"), str(before.bytes + len(more)))
    told = {**asdict(before), "tail": _digest(new)}
    edit.put(("asset", "extras", EXTRAS), compact({"source": faces.source, "before": told}))
    remarks = tuple(reach_remarks(faces, frozenset(moved), named=True))
    return Rewrite(text=edit.text(), kept=before.bytes, more=more, remarks=remarks)


@frozen(kw_only=True)
class Before:
    """How much of a model was there before mien wrote into it, its binary chunk in bytes."""

    animations: int
    accessors: int
    views: int
    bytes: int


def _before(edit: JsonEdit, model: Model, length: int) -> Before:
    """As the model's own note tells, where what it calls mien's is as mien wrote it; else all."""
    whole = Before(
        animations=len(model.animations),
        accessors=len(model.accessors),
        views=len(model.views),
        bytes=length,
    )
    if (edit.raw(("asset", "extras")) or "{")[0] != "{":
        raise QueryError("asset.extras of the model is no object: there is no room for a source")
    told = edit.members(("asset", "extras", EXTRAS, "before"))
    tail = told.pop("tail", "")
    counts = {name: int(raw) for name, raw in told.items() if raw.isascii() and raw.isdecimal()}
    if counts.keys() != asdict(whole).keys() or counts["bytes"] > length:
        return whole
    found = Before(**counts)
    kept = (found.animations, found.accessors, found.views)
    own = [edit.items((key,))[count:] for key, count in zip(_LISTS, kept, strict=True)]
    return found if tail == compact(_digest(own)) else whole


def _digest(tails: Sequence[Sequence[str]]) -> str:
    """Of the texts that mien put at the end of each of the `_LISTS`."""
    return hashlib.sha256("\n".join(map("\t".join, tails)).encode()).hexdigest()


def _clip(
    model: Model,
    moved: Mapping[str, Sequence[Target]],
    faces: FaceSet,
    face: Face,
    times: ClipTimes,
    numbers: Binary,
) -> dict[str, object]:
    take = clip_of(faces, face, times, sampled=False)
    nodes = sorted({target.owner for targets in moved.values() for target in targets})
    samplers: list[dict[str, object]] = []
    for node in nodes:
        own = model.nodes[node]
        mesh = model.meshes[own.mesh or 0]
        rest = own.weights or mesh.weights
        rest = rest if len(rest) == mesh.targets else (0.0,) * mesh.targets
        weights = np.tile(np.array(rest, dtype=np.float32), (len(take.times), 1))
        targets = [
            (take.weights[:, column], target.index)
            for column, channel in enumerate(take.channels)
            for target in moved.get(channel, ())
            if target.owner == node
        ]
        weights[:, [index for _, index in targets]] = 0.0
        for curve, index in targets:
            weights[:, index] += curve
        samplers.append(numbers.sampler(take.times.astype(np.float32), weights.reshape(-1)))
    tracks = [
        {"sampler": at, "target": {"node": node, "path": "weights"}}
        for at, node in enumerate(nodes)
    ]
    return {"name": face.name, "samplers": samplers, "channels": tracks}


def kept_rows(take: Take) -> tuple[F32, F32]:
    """Moments (K,) and weights (K, C) without rows that are as those before and after them."""
    if not len(take.times):
        return np.zeros(1, dtype=np.float32), np.zeros((1, len(take.channels)), dtype=np.float32)
    rows = take.weights
    kept = np.ones(len(rows), dtype=np.bool_)
    other = (rows[1:-1] != rows[:-2]) | (rows[1:-1] != rows[2:])
    kept[1:-1] = other.any(axis=1)
    return take.times[kept].astype(np.float32), rows[kept]
