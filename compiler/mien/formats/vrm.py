"""Faces of a bank as expressions of a VRM: in a model of version 1.0 or 0.x, the rest as it was.

A custom expression for each face (``joy_high``), the 52 clips of "Perfect Sync" where the model has
their shapes but not the clips, and the five presets of emotions. What was written by mien before is
told by the model's own note (`asset.extras.mien`) and written anew, never built upon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from mien.errors import QueryError
from mien.formats.faces import ClipTimes, Face, FaceSet
from mien.formats.reach import reach_remarks
from mien.gltf.channel_names import pascal
from mien.gltf.json_edit import JsonEdit, compact, list_text, object_text
from mien.gltf.model import Model
from mien.gltf.read import EXTRAS
from mien.gltf.shapes import Shapes, Target, shapes_of, weight_scale
from mien.gltf.vrm import FULL_OLD_WEIGHT, PRESETS
from mien.gltf.write import Rewrite
from mien.text.fault import counted

MOUTH = 0.1
"""A face with a channel that speech lowers by more keeps the vowels away while it is shown."""

LIDS = 0.25
"""A face whose lids are closed by more keeps the blinks away while it is shown."""

SQUINT = 0.3
"""How far a whole eyeSquint closes the lids, beside a whole eyeBlink."""

_LEAST = 1e-4
_DIGITS = 6
_OLD_NAMES = {"happy": "joy", "angry": "angry", "sad": "sorrow", "relaxed": "fun"}


@frozen(kw_only=True)
class NewExpression:
    """What is written of an expression: what it moves all the way, and what it keeps away."""

    name: str
    targets: tuple[Target, ...]
    preset: str = ""
    mouth: bool = False
    blink: bool = False


def into(model: Model, faces: FaceSet, times: ClipTimes) -> Rewrite:
    """The JSON of a model with the expressions of ``faces``, which have no ``times``.

    Raises:
        QueryError: the model is no VRM in a GLB, or nothing of it can show a face.
    """
    old = _require_vrm(model)
    edit = JsonEdit(model.container.text)
    ours = _written_before(edit)
    shapes = shapes_of(model, faces.channels, without=ours)
    if not shapes.targets:
        raise QueryError(
            f"{model.path} has none of the {len(faces.channels)} shapes, and no presets or morphs "
            "of VRoid that could stand in for them: give the model shapes with the channels' names"
        )
    kept = {one.preset for one in model.expressions if one.preset and one.binds}
    kept = set(kept - ours) if shapes.stand_in else set[str]()
    new = [*_clips(model, shapes, ours), *_faces(faces, shapes)]
    new += [one for one in _presets(faces, shapes) if one.preset not in kept]
    note = {"source": faces.source, "expressions": [one.preset or one.name for one in new]}
    if old:
        _write_old(edit, new, ours)
    else:
        _write_new(edit, new, ours)
    edit.put(("asset", "extras", EXTRAS), compact(note))
    remarks = _remarks(model, faces, shapes, kept, ours)
    return Rewrite(text=edit.text(), remarks=tuple(remarks))


def _require_vrm(model: Model) -> bool:
    """Whether it is of version 0.x."""
    if not model.container.chunks:
        raise QueryError(f"{model.path} is JSON: give a .vrm, or export it as one")
    if model.format not in ("VRM 1.0", "VRM 0.x"):
        raise QueryError(f"{model.path} is {model.format}, no VRM: it has no expressions")
    return model.format == "VRM 0.x"


def _written_before(edit: JsonEdit) -> frozenset[str]:
    """The expressions that mien wrote into the model."""
    raw = edit.raw(("asset", "extras"))
    if raw is not None and not raw.startswith("{"):
        raise QueryError("asset.extras of the model is no object: there is no room for a source")
    listed = edit.raw(("asset", "extras", EXTRAS, "expressions")) or "[]"
    names: object = json.loads(listed)
    return frozenset(map(str, names)) if isinstance(names, list) else frozenset[str]()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _clips(model: Model, shapes: Shapes, ours: frozenset[str]) -> Iterator[NewExpression]:
    """The clips of Perfect Sync that the model does not have."""
    if shapes.stand_in:
        return
    taken = {one.name for one in model.expressions} - ours
    for channel, targets in shapes.targets.items():
        if channel not in shapes.clips and pascal(channel) not in taken:
            yield NewExpression(name=pascal(channel), targets=targets)


def _faces(faces: FaceSet, shapes: Shapes) -> Iterator[NewExpression]:
    for face in faces.faces:
        if face.name in PRESETS:
            raise QueryError(f"{face.name} is a preset of VRM: no face can be called so")
        yield _expression(face.name, "", faces, face, shapes)


def _presets(faces: FaceSet, shapes: Shapes) -> Iterator[NewExpression]:
    for preset, face in faces.presets:
        yield _expression(preset, preset, faces, face, shapes)


def _expression(
    name: str, preset: str, faces: FaceSet, face: Face, shapes: Shapes
) -> NewExpression:
    weights = faces.weights_of(face)
    spoken = weights if face.spoken is None else faces.weights_of(face, face.spoken)
    lids = (
        weights.get(f"eyeBlink{side}", 0.0) + SQUINT * weights.get(f"eyeSquint{side}", 0.0)
        for side in ("Left", "Right")
    )
    return NewExpression(
        name=name,
        preset=preset,
        targets=_mixed(weights, shapes),
        mouth=max((weights[one] - spoken[one] for one in weights), default=0.0) > MOUTH,
        blink=max(lids) > LIDS,
    )


def _mixed(weights: Mapping[str, float], shapes: Shapes) -> tuple[Target, ...]:
    """The targets of a face: those of its channels, weighted, each of them once."""
    sums: dict[tuple[int, int], float] = {}
    for channel, weight in weights.items():
        for target in shapes.targets.get(channel, ()) if weight else ():
            key = (target.owner, target.index)
            sums[key] = sums.get(key, 0.0) + weight * target.weight
    return tuple(
        Target(owner=owner, index=index, weight=total)
        for (owner, index), total in sorted(sums.items())
        if abs(total) >= _LEAST
    )


def _write_new(edit: JsonEdit, new: Iterable[NewExpression], ours: frozenset[str]) -> None:
    """Into a model of VRM 1.0."""
    path = ("extensions", "VRMC_vrm", "expressions")
    groups = {key: edit.members((*path, key)) for key in ("preset", "custom")}
    wanted = {one.preset or one.name for one in new}
    for members in groups.values():
        for name in [one for one in members if one in ours and one not in wanted]:
            del members[name]
    for one in new:
        key = "preset" if one.preset else "custom"
        own: dict[str, str] = {}
        if one.mouth:
            own["overrideMouth"] = '"blend"'
        if one.blink:
            own["overrideBlink"] = '"blend"'
        if one.targets:
            own["morphTargetBinds"] = list_text([_bind(target) for target in one.targets])
        kept = edit.members((*path, key, one.name))
        written = ("morphTargetBinds", "isBinary", "overrideMouth", "overrideBlink")
        own |= {name: raw for name, raw in kept.items() if name not in written}
        groups[key][one.name] = object_text(own)
    whole = {key: raw for key, raw in edit.members(path).items() if key not in groups}
    whole |= {key: object_text(members) for key, members in groups.items() if members}
    edit.put(path, object_text(whole))


def _bind(target: Target) -> str:
    weight = round(target.weight, _DIGITS)
    return compact({"node": target.owner, "index": target.index, "weight": weight})


def _write_old(edit: JsonEdit, new: Iterable[NewExpression], ours: frozenset[str]) -> None:
    """Into a model of VRM 0.x."""
    path = ("extensions", "VRM", "blendShapeMaster", "blendShapeGroups")
    wanted = {_old_key(one.name, one.preset): one for one in new}
    done: set[str] = set()
    groups: list[str] = []
    for position, raw in enumerate(edit.items(path)):
        members = edit.members((*path, position))
        name, preset = (json.loads(members.get(key, '""')) for key in ("name", "presetName"))
        key = _old_key(str(name), str(preset))
        if key in wanted and key not in done:
            groups.append(_old_group(wanted[key], members))
            done.add(key)
        elif key not in wanted and not (str(name) in ours or key in ours):
            groups.append(raw)
    groups += [_old_group(one, {}) for key, one in wanted.items() if key not in done]
    edit.put(path, list_text(groups))


def _old_key(name: str, preset: str) -> str:
    """What tells a group of VRM 0.x from the others: a preset as VRM 1.0 calls it, or its name."""
    old = preset.lower()
    known = next((new for new, listed in _OLD_NAMES.items() if old in (listed, new)), "")
    return known or ("surprised" if name.lower() == "surprised" else name)


def _old_group(one: NewExpression, kept: Mapping[str, str]) -> str:
    binds = [
        {
            "mesh": target.owner,
            "index": target.index,
            "weight": round(min(max(100.0 * target.weight, 0.0), FULL_OLD_WEIGHT), _DIGITS - 2),
        }
        for target in one.targets
    ]
    old = _OLD_NAMES.get(one.preset, "unknown")
    own = {
        "name": compact(one.name if old == "unknown" else old.capitalize()),
        "presetName": compact(old),
        "binds": compact(binds),
        "materialValues": "[]",
        "isBinary": "false",
    }
    written = ("binds", "isBinary")
    return object_text({**own, **{key: raw for key, raw in kept.items() if key not in written}})


def _remarks(
    model: Model, faces: FaceSet, shapes: Shapes, kept: set[str], ours: frozenset[str]
) -> Iterator[str]:
    count = len(faces.channels)
    if shapes.stand_in:
        yield (
            f"it has none of the {count} shapes: {counted(len(shapes.targets), 'channel')} roughly "
            f"by {shapes.stand_in}"
        )
    yield from reach_remarks(faces, frozenset(shapes.targets), named=not shapes.stand_in)
    own = {one.preset for one in model.expressions if one.preset and one.binds}
    for names, what in (
        ([name for name, _ in faces.presets if name in kept], "its own presets stay"),
        (
            [name for name, _ in faces.presets if name in own - kept - ours],
            "presets of its own that show faces of the bank now (--presets none leaves them)",
        ),
    ):
        if names:
            yield f"{what}: {', '.join(names)}"
    expected = FULL_OLD_WEIGHT if model.format == "VRM 0.x" else 1.0
    if weight_scale(model) != expected:
        yield (
            f"its own expressions have weights up to {weight_scale(model):g} where {model.format} "
            f"has {expected:g}: see mien doctor"
        )
