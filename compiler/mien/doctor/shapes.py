"""Morph targets with their names, and how far each moves its mesh.

Dimension letters: N points.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.errors import SourceError
from mien.gltf.channel_names import channel_of, channels_of
from mien.gltf.model import Model
from mien.gltf.values import values_of

DEAD = 1e-5
"""A shape that moves no point by more than this share of its mesh's size moves nothing."""

F64 = npt.NDArray[np.float64]


@frozen(kw_only=True)
class Shape:
    """A morph target with its name.

    ``channel`` is what the name spells, None for nothing; ``channels`` are those that it moves,
    by the name of another system, too. ``reach`` is how far it moves its points at most, as a share
    of the size of its mesh; None where that cannot be read.
    """

    mesh: int
    index: int
    name: str
    channel: str | None
    channels: tuple[str, ...]
    reach: float | None

    @property
    def dead(self) -> bool:
        """Whether it is known to move nothing."""
        return self.reach is not None and self.reach <= DEAD


def shapes_in(model: Model, channels: tuple[str, ...]) -> Iterator[Shape]:
    """Every morph target of a model whose channels are called ``channels``."""
    for number, mesh in enumerate(model.meshes):
        size = mesh_size(model, number)
        names = mesh.target_names or ("",) * mesh.targets
        for index, name in enumerate(names):
            yield Shape(
                mesh=number,
                index=index,
                name=name,
                channel=channel_of(name, channels),
                channels=channels_of(name, channels),
                reach=_reach(model, number, index, size),
            )


def mesh_size(model: Model, mesh: int) -> float:
    """The diagonal of the box around a mesh; 0 where its points cannot be read."""
    corners: list[F64] = []
    for primitive in model.meshes[mesh].primitives:
        points = values(model, primitive.positions)
        if points is not None:
            corners += [points.min(axis=0), points.max(axis=0)]
    if not corners:
        return 0.0
    return float(np.linalg.norm(np.max(corners, axis=0) - np.min(corners, axis=0)))


def _reach(model: Model, mesh: int, index: int, size: float) -> float | None:
    reach = 0.0
    for primitive in model.meshes[mesh].primitives:
        if index >= len(primitive.targets) or primitive.targets[index] is None:
            continue
        moves = values(model, primitive.targets[index])
        if moves is None or not size:
            return None
        reach = max(reach, float(np.sqrt((moves * moves).sum(axis=1).max())) / size)
    return reach


def values(model: Model, accessor: int | None) -> F64 | None:
    """The numbers (N, 3) of an accessor; None where its bytes cannot be read, or are no numbers."""
    if accessor is None:
        return None
    try:
        found = values_of(model, accessor).astype(np.float64)
    except SourceError:
        return None
    return found if np.isfinite(found).all() else None
