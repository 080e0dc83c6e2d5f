"""What a model can show of a face, measured: its morph targets and its expressions.

Dimension letters: N points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.errors import SourceError
from mien.gltf.channel_names import channel_of, channels_of
from mien.gltf.model import Bind, Expression, Model
from mien.gltf.values import values_of
from mien.gltf.vrm import FULL_OLD_WEIGHT

DEAD = 1e-5
"""A shape that moves no point by more than this share of its mesh's size moves nothing."""

_SIDED = ("eyeBlink", "mouthSmile", "browDown", "cheekSquint", "noseSneer")
"""Channels whose left and right move points on their own side."""

SURE = 0.5
"""What `ModelMeasurements.sides` has to pass, to either side, to be believed."""

_APART = 0.05
"""Centres of left and right that lie nearer, as a share of the mesh's size, tell nothing."""

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


@frozen(kw_only=True)
class Clip:
    """An expression with what it moves.

    ``weights`` are those of its binds, 1 all the way in either version of VRM; ``shapes`` what they
    move, None for a morph target that is not there.
    """

    expression: Expression
    channel: str | None
    weights: tuple[float, ...]
    shapes: tuple[Shape | None, ...]

    @property
    def name(self) -> str:
        """What people call it: the preset, or its own name."""
        return self.expression.preset or self.expression.name

    @property
    def dead(self) -> bool:
        """Whether it is known to change nothing."""
        if self.expression.others:
            return False
        pairs = zip(self.weights, self.shapes, strict=True)
        return all(one is None or one.dead or abs(weight) <= DEAD for weight, one in pairs)

    @property
    def moved(self) -> frozenset[tuple[int, int]]:
        """Mesh and number of each morph target that it moves."""
        pairs = zip(self.weights, self.shapes, strict=True)
        return frozenset((one.mesh, one.index) for weight, one in pairs if one and weight)


@frozen(kw_only=True)
class Nameless:
    """A mesh whose morph targets have no names that are certain."""

    mesh: str
    targets: int


@frozen(kw_only=True)
class Motion:
    """An animation: how many tracks it has, and the names of the faces that it moves."""

    name: str
    tracks: int
    faces: tuple[str, ...]


@frozen(kw_only=True)
class ModelMeasurements:
    """What was measured of a model.

    ``sides`` is the share of left and right channels that move their own side less those that move
    the other one, from -1 to 1; None where it cannot be told.
    """

    model: Model = field(repr=False)
    shapes: tuple[Shape, ...]
    clips: tuple[Clip, ...]
    nameless: tuple[Nameless, ...]
    motions: tuple[Motion, ...]
    sides: float | None

    @cached_property
    def by_shape(self) -> Mapping[str, tuple[Shape, ...]]:
        """The shapes of each channel."""
        found: dict[str, tuple[Shape, ...]] = {}
        for one in self.shapes:
            for channel in one.channels:
                found[channel] = (*found.get(channel, ()), one)
        return found

    @cached_property
    def by_clip(self) -> Mapping[str, tuple[Clip, ...]]:
        """The expressions of each channel."""
        found: dict[str, tuple[Clip, ...]] = {}
        for one in self.clips:
            if one.channel is not None:
                found[one.channel] = (*found.get(one.channel, ()), one)
        return found

    @property
    def by_expressions(self) -> bool:
        """Whether programs move its channels by expressions: where it has half of them so."""
        return len(self.by_clip) > 0 and 2 * len(self.by_clip) >= len(self.by_shape)

    @property
    def presets(self) -> tuple[str, ...]:
        """The presets of VRM that it has."""
        return tuple(one.expression.preset for one in self.clips if one.expression.preset)


def measure_model(model: Model, channels: Sequence[str]) -> ModelMeasurements:
    """What can be measured of a model whose channels are called ``channels``."""
    names = tuple(channels)
    shapes = tuple(_shapes(model, names))
    there = {(one.mesh, one.index): one for one in shapes}
    return ModelMeasurements(
        model=model,
        shapes=shapes,
        clips=tuple(_clip(model, one, names, there) for one in model.expressions),
        nameless=tuple(
            Nameless(mesh=mesh.name or f"mesh {number}", targets=mesh.targets)
            for number, mesh in enumerate(model.meshes)
            if mesh.targets and not mesh.target_names
        ),
        motions=tuple(_motions(model)),
        sides=_sides(model, shapes),
    )


def _shapes(model: Model, channels: tuple[str, ...]) -> Iterator[Shape]:
    for number, mesh in enumerate(model.meshes):
        size = _size(model, number)
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


def _size(model: Model, mesh: int) -> float:
    """The diagonal of the box around a mesh; 0 where its points cannot be read."""
    corners: list[F64] = []
    for primitive in model.meshes[mesh].primitives:
        points = _values(model, primitive.positions)
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
        moves = _values(model, primitive.targets[index])
        if moves is None or not size:
            return None
        reach = max(reach, float(np.sqrt((moves * moves).sum(axis=1).max())) / size)
    return reach


def _values(model: Model, accessor: int | None) -> F64 | None:
    """The numbers (N, 3) of an accessor; None where its bytes cannot be read, or are no numbers."""
    if accessor is None:
        return None
    try:
        found = values_of(model, accessor).astype(np.float64)
    except SourceError:
        return None
    return found if np.isfinite(found).all() else None


def _clip(
    model: Model,
    expression: Expression,
    channels: tuple[str, ...],
    there: Mapping[tuple[int, int], Shape],
) -> Clip:
    own = None if expression.preset else channel_of(expression.name, channels)
    return Clip(
        expression=expression,
        channel=own,
        weights=tuple(
            bind.weight / (FULL_OLD_WEIGHT if bind.node is None else 1.0)
            for bind in expression.binds
        ),
        shapes=tuple(there.get((_mesh(model, bind), bind.index)) for bind in expression.binds),
    )


def _mesh(model: Model, bind: Bind) -> int:
    """The mesh that a bind moves, -1 for none."""
    found = bind.mesh if bind.node is None else model.nodes[bind.node].mesh
    return -1 if found is None else found


def _motions(model: Model) -> Iterator[Motion]:
    expressions = {one.node: one.name for one in model.animated}
    for number, animation in enumerate(model.animations):
        faces: list[str] = []
        for track in animation.tracks:
            mesh = model.nodes[track.node].mesh
            if track.path == "weights" and mesh is not None:
                faces += model.meshes[mesh].target_names
            elif track.node in expressions:
                faces.append(expressions[track.node])
        name = animation.name or f"animation {number}"
        yield Motion(name=name, tracks=len(animation.tracks), faces=tuple(dict.fromkeys(faces)))


def _sides(model: Model, shapes: Sequence[Shape]) -> float | None:
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
    left, size = np.cross(up, front), _size(model, meshes[0][0])
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
        points, moves = _values(model, primitive.positions), _values(model, target)
        if points is not None and moves is not None:
            yield points, moves
