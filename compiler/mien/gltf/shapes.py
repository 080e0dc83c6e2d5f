"""What a channel moves on a model, by the rules of `web/avatar/shapes.js`.

A VRM's own expressions ("Perfect Sync") come before morph targets of the same name: a model may
make one channel of several targets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from attrs import evolve, frozen

from mien.gltf.channel_names import channel_of, channels_of_other, strangeness
from mien.gltf.model import Expression, Model
from mien.gltf.stand_ins import PRESET_SHAPES, VROID, available
from mien.gltf.vrm import FULL_OLD_WEIGHT

_VROID = re.compile(r"Fcl_\w+\Z")
_OTHER_SCALE = 1.5
"""A weight over this is no weight of VRM 1.0: its file was written on the scale of VRM 0.x."""

Thing = TypeVar("Thing")


@frozen(kw_only=True, order=True)
class Target:
    """A morph target that is moved all the way by a channel at ``weight`` 1.

    ``owner`` is a node, in VRM 0.x a mesh.
    """

    owner: int
    index: int
    weight: float = 1.0


@frozen(kw_only=True)
class Shapes:
    """``targets`` is what each channel moves; ``clips`` are channels with an expression of theirs.

    ``stand_in`` says in words which coarse shapes are in the place of channels; "" where a model
    has the channels themselves.
    """

    targets: Mapping[str, tuple[Target, ...]]
    clips: frozenset[str] = frozenset()
    stand_in: str = ""

    @property
    def reaches(self) -> frozenset[str]:
        """The channels that move something."""
        return frozenset(self.targets)


def shapes_of(model: Model, channels: tuple[str, ...], without: Collection[str] = ()) -> Shapes:
    """What the channels move on a model, expressions of the names ``without`` left aside."""
    scale = weight_scale(model)
    known = [one for one in model.expressions if one.name not in without]
    bound = {one.name: _bound(model, one, scale) for one in known}
    known = [one for one in known if bound[one.name]]
    # an expression that only switches on and off shows no half of a smile
    smooth = _nearest((one for one in known if not one.binary), channels, lambda one: one.name)
    targets = _morphs(_named(model), channels)
    switches = _nearest((one for one in known if one.binary), channels, lambda one: one.name)
    for channel, one in switches.items():
        targets.setdefault(channel, bound[one.name])
    targets |= {channel: bound[one.name] for channel, one in smooth.items()}
    if targets:
        return Shapes(targets=targets, clips=frozenset(smooth))
    presets = {one.preset: bound[one.name] for one in known if one.preset}
    return _stand_ins(model, presets)


def weight_scale(model: Model) -> float:
    """What a bind of a model's expressions has where it moves a target all the way.

    1 in VRM 1.0 and 100 in VRM 0.x, and the other way round in files that were written so.
    """
    most = max((bind.weight for one in model.expressions for bind in one.binds), default=0.0)
    if model.format == "VRM 0.x":
        return 1.0 if 0.0 < most <= 1.01 else FULL_OLD_WEIGHT
    return FULL_OLD_WEIGHT if most > _OTHER_SCALE else 1.0


def owners(model: Model, mesh: int) -> tuple[int, ...]:
    """By what binds name a mesh: the nodes that show it, in VRM 0.x itself."""
    return (mesh,) if model.format == "VRM 0.x" else model.nodes_of(mesh)


def _bound(model: Model, expression: Expression, scale: float) -> tuple[Target, ...]:
    found: list[Target] = []
    for bind in expression.binds:
        owner = bind.mesh if model.format == "VRM 0.x" else bind.node
        mesh = owner if model.format == "VRM 0.x" else _mesh_of(model, owner)
        if owner is not None and mesh is not None and bind.index < model.meshes[mesh].targets:
            found.append(Target(owner=owner, index=bind.index, weight=bind.weight / scale))
    return tuple(found)


def _mesh_of(model: Model, node: int | None) -> int | None:
    return None if node is None else model.nodes[node].mesh


def _named(model: Model) -> list[tuple[int, list[tuple[str, int]]]]:
    """Each owner of a mesh with the names and positions of its targets."""
    return [
        (owner, [(name, index) for index, name in enumerate(mesh.target_names)])
        for number, mesh in enumerate(model.meshes)
        for owner in owners(model, number)
    ]


def morphs_of_nodes(model: Model, channels: tuple[str, ...]) -> dict[str, tuple[Target, ...]]:
    """The morph targets of nodes that each channel moves by their names, whatever the version."""
    named = [
        (node, [(name, index) for index, name in enumerate(mesh.target_names)])
        for number, mesh in enumerate(model.meshes)
        for node in model.nodes_of(number)
    ]
    return _morphs(named, channels)


def _morphs(
    named: Sequence[tuple[int, Sequence[tuple[str, int]]]], channels: tuple[str, ...]
) -> dict[str, tuple[Target, ...]]:
    found: dict[str, tuple[Target, ...]] = {}

    def add(channel: str, owner: int, index: int) -> None:
        found[channel] = (*found.get(channel, ()), Target(owner=owner, index=index))

    for owner, names in named:
        chosen = _nearest(names, channels, lambda pair: pair[0])
        for channel, (own, _) in chosen.items():
            for name, index in names:
                if name == own:
                    add(channel, owner, index)
        for name, index in names:
            others = () if channel_of(name, channels) else channels_of_other(name)
            for channel in others:
                if channel in channels and channel not in chosen:
                    add(channel, owner, index)
    return found


def _stand_ins(model: Model, presets: Mapping[str, tuple[Target, ...]]) -> Shapes:
    morphs: dict[str, tuple[Target, ...]] = {}
    for owner, names in _named(model):
        for name, index in names:
            match = _VROID.search(name)
            if match:
                target = Target(owner=owner, index=index)
                morphs[match[0]] = (*morphs.get(match[0], ()), target)
    recipe, sources, kind = (
        (VROID, morphs, "VRoid's morphs") if morphs else (PRESET_SHAPES, presets, "its presets")
    )
    parts = available(recipe, lambda name: name in sources)
    used = ", ".join(dict.fromkeys(name for _, name, _ in parts))
    return Shapes(
        targets={
            channel: tuple(evolve(target, weight=target.weight * share) for target in sources[name])
            for channel, name, share in parts
        },
        stand_in=f"{kind}: {used}" if parts else "",
    )


def _nearest(
    things: Iterable[Thing], channels: tuple[str, ...], name_of: Callable[[Thing], str]
) -> dict[str, Thing]:
    """Channel to what is named after it; of several, the one named nearest to the channel."""
    chosen: dict[str, Thing] = {}
    for thing in things:
        channel = channel_of(name_of(thing), channels)
        if channel is None:
            continue
        rival = chosen.get(channel)
        if rival is None or strangeness(name_of(thing), channel) < strangeness(
            name_of(rival), channel
        ):
            chosen[channel] = thing
    return chosen
