"""What measurements of a model mean, said to the person who wants to see a face on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.doctor.expression_findings import expression_findings
from mien.doctor.findings import ANOTHER_RIG, Finding, listed, missing_channels
from mien.doctor.models import ModelMeasurements
from mien.doctor.sides import SURE
from mien.errors import SourceError
from mien.formats.arkit import ABSENT
from mien.gltf.shapes import shapes_of
from mien.gltf.values import values_of
from mien.text.fault import counted
from mien.text.suggest import nearest

OTHER_SETS = ("fcl_", "viseme_", "vrc.", "vrc_", "face.m_f00")
"""How names of shapes begin that are other sets than ARKit's: VRoid's, visemes'."""

_FEW = 5
_USUAL = ("jawOpen", "mouthSmileLeft")


def model_findings(found: ModelMeasurements, channels: Sequence[str]) -> tuple[Finding, ...]:
    """Everything that is worth saying of a model, what would show wrong first."""
    said = [*_file(found), *_names(found, channels), *_dead(found), *_twice(found), *_sides(found)]
    if found.model.format.startswith("VRM "):
        said += expression_findings(found)
    if found.model.format == "VRMA":
        said = [*_file(found), *_animated(found)]
    return tuple(sorted(said, key=lambda one: not one.wrong))


def _file(found: ModelMeasurements) -> Iterator[Finding]:
    named = {one.mesh for one in found.nameless}
    for one in found.nameless:
        yield Finding(
            kind="nameless",
            message=f"{counted(one.targets, 'morph target')} of {one.mesh} without a certain name",
            hint="export them with their names (extras.targetNames); order tells nothing",
            wrong=not found.shapes or all(not shape.name for shape in found.shapes),
        )
    for fault in found.model.warnings:
        nameless = fault.code == "model-targets" and "without names" in fault.message and named
        if not nameless:
            at = f"{fault.path}: " if fault.path else ""
            yield Finding(kind=fault.code, message=f"{at}{fault.message}", hint=fault.hint)
    shown = [
        f"{name} at {weight:.2g}"
        for node in found.model.nodes
        if node.mesh is not None
        for name, weight in zip(
            found.model.meshes[node.mesh].target_names,
            node.weights or found.model.meshes[node.mesh].weights,
            strict=False,
        )
        if weight
    ]
    if shown:
        yield Finding(
            kind="posed",
            message=f"it does not rest: {listed(shown)}",
            hint="faces come on top of what a model shows by itself; export it at rest",
        )
    yield from _unread(found)


def _unread(found: ModelMeasurements) -> Iterator[Finding]:
    """Of shapes whose numbers cannot be read, with the reason for the first of them."""
    unread = [one for one in found.shapes if one.reach is None]
    if not unread:
        return
    reason, hint, wrong = "the numbers are none", "export it again", True
    primitives = found.model.meshes[unread[0].mesh].primitives
    numbers = [(part.positions, part.targets[unread[0].index]) for part in primitives]
    for accessor in (one for pair in numbers for one in pair if one is not None):
        try:
            values_of(found.model, accessor)
        except SourceError as error:
            fault = error.faults[0]
            reason, hint, wrong = fault.message, fault.hint, fault.code != "model-compressed"
            break
    if not wrong:
        hint = "export without meshopt or Draco to have them examined; names stay as they are"
    count = counted(len(found.shapes), "morph target")
    yield Finding(
        kind="unread",
        message=f"how far {len(unread)} of {count} move cannot be told: {reason}",
        hint=hint,
        wrong=wrong,
    )


def _names(found: ModelMeasurements, channels: Sequence[str]) -> Iterator[Finding]:
    there = {*found.by_shape, *found.by_clip} if not found.by_expressions else {*found.by_clip}
    missing = [name for name in channels if name not in there]
    shapes = [one.name for one in found.shapes if one.name and not one.channels]
    strange = list(dict.fromkeys(shapes))
    others = [name for name in strange if name.casefold().startswith(OTHER_SETS)]
    unknown = [name for name in strange if name not in others]
    own = [one.name for one in found.clips if not (one.channel or one.expression.preset)]
    near = {name: nearest(name, [*own, *unknown]) for name in missing}
    lost = [name for name in missing if name != ABSENT or near[name]]
    if len(lost) >= len(channels) - 1:
        yield Finding(
            kind="no-channels",
            message=f"none of the {len(channels)} channels is there",
            hint=_instead(found, channels),
            wrong=True,
        )
    elif lost:
        yield missing_channels(lost, near)
    if ABSENT in near and ABSENT not in lost and len(lost) < len(channels) - 1:
        yield Finding(kind="no-tongue", message=f"there is no {ABSENT}: the tongue stays in")
    left = [name for name in unknown if name not in near.values()]
    if left:
        close = [(name, nearest(name, channels)) for name in left]
        hints = [f"{name} is most like {channel}" for name, channel in close if channel]
        if len(left) > len(there):
            hints = [ANOTHER_RIG]
        verb = "is" if len(left) == 1 else "are"
        yield Finding(
            kind="name-unknown",
            message=f"{listed(left)} {verb} no channel",
            hint=listed(hints[:_FEW]),
        )
    if others:
        yield Finding(
            kind="other-shapes",
            message=f"{counted(len(others), 'shape')} of another set, such as {others[0]}",
        )


def _instead(found: ModelMeasurements, channels: Sequence[str]) -> str:
    stood_in = shapes_of(found.model, tuple(channels))
    if stood_in.stand_in:
        reached = f"{len(stood_in.reaches)} of {len(channels)} channels"
        return f"`mien export --to vrm` makes faces of {stood_in.stand_in}, which reach {reached}"
    if found.nameless:
        return "its morph targets have no names"
    if not found.shapes:
        return "it has no morph targets: a face needs them, bones alone do not do"
    if set(_USUAL) <= set(channels):
        return f"name its shapes as ARKit does, such as {listed(_USUAL)}"
    return f"name its shapes as the rig does, such as {listed(channels[:2])}"


def _dead(found: ModelMeasurements) -> Iterator[Finding]:
    if found.by_expressions:
        empty = [one.name for one in found.clips if one.channel and one.dead]
        dead = [name for name in empty if name.casefold() != ABSENT.casefold()]
        what = "expressions of channels that change nothing"
    else:
        pairs = found.by_shape.items()
        empty = [name for name, shapes in pairs if all(one.dead for one in shapes)]
        dead = [name for name in empty if name != ABSENT]
        what = "channels whose morph targets move no point"
    if len(dead) >= len(found.by_shape) - 1 and any(one.faces for one in found.motions):
        message = "its morph targets move no point: it is a clip for a mesh with these names"
        yield Finding(kind="clip", message=message)
        return
    if dead:
        yield Finding(
            kind="dead",
            message=f"{what}: {listed(dead)}",
            hint="the name is there and the face stays at rest: model it, or leave it out",
            wrong=True,
        )
    if len(empty) > len(dead):
        yield Finding(kind="dead", message=f"{ABSENT} is there and moves nothing")


def _twice(found: ModelMeasurements) -> Iterator[Finding]:
    for channel, shapes in found.by_shape.items():
        for mesh in dict.fromkeys(one.mesh for one in shapes):
            names = [one.name for one in shapes if one.mesh == mesh and one.channel == channel]
            if len(names) > 1:
                yield Finding(
                    kind="doubled",
                    message=f"mesh {mesh} has {channel} {len(names)} times: {listed(names)}",
                    hint="programs move one of them, or both at once; keep one",
                    wrong=True,
                )
    for channel, clips in found.by_clip.items():
        if len(clips) > 1:
            names = [one.expression.name for one in clips]
            yield Finding(
                kind="doubled",
                message=f"{len(clips)} expressions are {channel}: {listed(names)}",
                hint="keep one",
                wrong=True,
            )


def _sides(found: ModelMeasurements) -> Iterator[Finding]:
    if found.sides is not None and found.sides <= -SURE:
        yield Finding(
            kind="sides-exchanged",
            message="shapes called Left move the head's right side, those called Right its left",
            hint="left is the subject's own; exchange the names, or the mesh was mirrored",
            wrong=True,
        )


def _animated(found: ModelMeasurements) -> Iterator[Finding]:
    """Of a VRM animation."""
    model = found.model
    if not model.animated:
        yield Finding(
            kind="no-expressions",
            message="it moves no expression: it is of bones alone",
            hint="a face needs VRMC_vrm_animation.expressions",
            wrong=True,
        )
        return
    tracks = [track for one in model.animations[:1] for track in one.tracks]
    for one in model.animated:
        own = [track.path for track in tracks if track.node == one.node]
        if one.preset and one.name.startswith("look"):
            yield Finding(
                kind="gaze-preset",
                message=f"the preset {one.name} is not allowed in an animation",
                hint="gaze goes by lookAt, or by the channels eyeLook...",
                wrong=True,
            )
        if not own:
            yield Finding(kind="untracked", message=f"no track moves the expression {one.name}")
        elif any(path != "translation" for path in own):
            yield Finding(
                kind="wrong-path",
                message=f"{one.name} is moved by {listed(own)}, expected translation",
                hint="readers stop at another path; its x is the weight",
                wrong=True,
            )
    if len(model.animations) > 1:
        count = len(model.animations)
        yield Finding(kind="more-animations", message=f"of {count} animations the first is played")
    yield Finding(
        kind="players",
        message="expressions of a .vrma are played by three-vrm; UniVRM plays bones alone",
    )
