"""What a model can show of a face, measured: its morph targets and its expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from mien.doctor.shapes import DEAD, Shape, shapes_in
from mien.doctor.sides import sides_of
from mien.gltf.channel_names import channel_of
from mien.gltf.model import Bind, Expression, Model
from mien.gltf.vrm import FULL_OLD_WEIGHT


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
    shapes = tuple(shapes_in(model, names))
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
        sides=sides_of(model, shapes),
    )


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
