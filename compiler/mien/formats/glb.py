"""GLB: the weights of named morph targets, animated, on a mesh of its own that shows nothing.

The mesh has the channels' names; other programs play the animation on a head that has them too.
"""

from __future__ import annotations

import numpy as np

from mien.formats.model_animation import read as read
from mien.formats.take import F32, Take
from mien.formats.turns import quaternions
from mien.gltf.read import EXTRAS
from mien.gltf.write import Binary, glb_bytes

_HEAD = "Head"
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
    note: dict[str, object] = {"rate": take.rate, "source": take.source}
    return glb_bytes(
        {
            "asset": {"version": "2.0", "generator": "mien", "extras": {EXTRAS: note}},
            "scene": 0,
            "scenes": [{"nodes": [len(nodes) - 1]}],
            "nodes": nodes,
            "meshes": [{"name": mesh, "primitives": [primitive], "extras": {"targetNames": names}}],
            "animations": [animation],
            "accessors": numbers.accessors,
            "bufferViews": numbers.views,
            "buffers": [{"byteLength": len(numbers.data)}],
        },
        numbers.data,
    )


def kept_rows(take: Take) -> tuple[F32, F32]:
    """Moments (K,) and weights (K, C) without rows that are as those before and after them."""
    if not len(take.times):
        return np.zeros(1, dtype=np.float32), np.zeros((1, len(take.channels)), dtype=np.float32)
    rows = take.weights
    kept = np.ones(len(rows), dtype=np.bool_)
    other = (rows[1:-1] != rows[:-2]) | (rows[1:-1] != rows[2:])
    kept[1:-1] = other.any(axis=1)
    return take.times[kept].astype(np.float32), rows[kept]
