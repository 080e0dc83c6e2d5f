"""Whether left is left on a model, by where its shapes move points.

Dimension letters: N points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from mien.doctor.shapes import F64, Shape, mesh_size, values
from mien.gltf.model import Model

_SIDED = ("eyeBlink", "mouthSmile", "browDown", "cheekSquint", "noseSneer")
"""Channels whose left and right move points on their own side."""

SURE = 0.5
"""What `ModelMeasurements.sides` has to pass, to either side, to be believed."""

_APART = 0.05
"""Centres of left and right that lie nearer, as a share of the mesh's size, tell nothing."""


def sides_of(model: Model, shapes: Sequence[Shape]) -> float | None:
    """Whether left is left: a head's left is to where its up and its front turn, up to front.

    The jaw goes to the front, brows go up and the jaw down, whichever way the mesh is turned.
    """
    live = [one for one in shapes if one.channel is not None and not one.dead]
    meshes = Counter(one.mesh for one in live).most_common(1)
    found = {one.channel: one for one in live if one.mesh == meshes[0][0]}
    front = _move(model, found.get("jawForward"))
    up = _move(model, found.get("browInnerUp"))
    if front is None or up is None:
        return None
    left, size = np.cross(up, front), mesh_size(model, meshes[0][0])
    if np.linalg.norm(left) < 0.1 * np.linalg.norm(up) * np.linalg.norm(front):
        return None
    signs: list[float] = []
    for stem in _SIDED:
        centres = [_centre(model, found.get(f"{stem}{side}")) for side in ("Left", "Right")]
        if centres[0] is not None and centres[1] is not None:
            apart = float(np.dot(centres[0] - centres[1], left) / np.linalg.norm(left))
            signs.append(np.sign(apart) if abs(apart) > _APART * size else 0.0)
    return sum(signs) / len(signs) if signs else None


def _move(model: Model, shape: Shape | None) -> F64 | None:
    """The sum (3) of all that a shape moves."""
    total = np.zeros(3)
    for _, moves in _parts(model, shape):
        total += moves.sum(axis=0)
    return total if total.any() else None


def _centre(model: Model, shape: Shape | None) -> F64 | None:
    """Where (3) a shape moves points, those counting more that move further."""
    weight, total = 0.0, np.zeros(3)
    for points, moves in _parts(model, shape):
        lengths = np.sqrt((moves * moves).sum(axis=1))
        weight += float(lengths.sum())
        total += (points * lengths[:, np.newaxis]).sum(axis=0)
    return total / weight if weight else None


def _parts(model: Model, shape: Shape | None) -> Iterator[tuple[F64, F64]]:
    """Points (N, 3) and how far each is moved (N, 3), of every primitive."""
    for primitive in model.meshes[shape.mesh].primitives if shape else ():
        target = primitive.targets[shape.index] if shape else None
        points, moves = values(model, primitive.positions), values(model, target)
        if points is not None and moves is not None:
            yield points, moves
