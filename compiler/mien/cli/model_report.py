"""What `mien doctor` prints of a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.findings import refused, write_findings
from mien.cli.terminal import Styled, say

if TYPE_CHECKING:
    from mien.authored.rig import Rig
    from mien.doctor.findings import Finding
    from mien.doctor.models import ModelMeasurements

MODEL_ENDINGS = (".vrm", ".glb", ".gltf", ".vrma")
_FINE, _WRONG, _UNREADABLE = 0, 1, 2
_OF_A_TAKE = ("weights-outside", "opposites-together", "gaps", "jitter")
"""What findings of a take mean for an animation, which may move as few channels as it likes."""


def examined_model(path: Path, rig: Rig, output: str) -> tuple[dict[str, object], int]:
    """What is known of a model, for programs, and the exit code; for people it is printed here."""
    from mien.doctor.model_findings import model_findings
    from mien.doctor.models import measure_model
    from mien.errors import SourceError
    from mien.gltf.read import read_model

    name = str(path)
    try:
        found = measure_model(read_model(path), rig.names)
        said = (*model_findings(found, rig.names), *_take_findings(path, rig, found))
    except SourceError as error:
        return refused(path, error, output), _UNREADABLE
    if output == "text":
        _write(name, len(rig.names), found, said)
    status = _WRONG if any(one.wrong for one in said) else _FINE
    return _document(name, found, said), status


def _take_findings(path: Path, rig: Rig, found: ModelMeasurements) -> Sequence[Finding]:
    """Of an animation that moves channels, what doctor says of takes."""
    from mien.doctor.findings import Finding, findings
    from mien.doctor.measurements import measure
    from mien.errors import SourceError
    from mien.formats.model_animation import read
    from mien.formats.request import TakeRequest
    from mien.gltf.channel_names import channels_of

    if not any(channels_of(face, rig.names) for one in found.motions for face in one.faces):
        return ()
    try:
        take = read(path, TakeRequest(channels=rig.names))
    except SourceError as error:
        message = f"its animation cannot be read: {error.faults[0].message}"
        return [Finding(kind="animation", message=message)]
    return [one for one in findings(measure(take, rig)) if one.kind in _OF_A_TAKE]


def _write(name: str, channels: int, found: ModelMeasurements, said: Sequence[Finding]) -> None:
    from mien.doctor.sides import SURE
    from mien.text.fault import counted

    model = found.model
    parts = [model.format, *([model.generator] if model.generator else [])]
    if model.format != "VRMA":
        parts.append(counted(len(found.shapes), "morph target"))
    if expressions := len(model.expressions) or len(model.animated):
        parts.append(counted(expressions, "expression"))
    say(Styled(name, bold=True), f": {', '.join(parts)}")
    if model.format == "VRMA":
        names = [one.name for one in model.animated]
        say(f"  moves     {', '.join(names) or 'no expression'}")
    else:
        say(f"  channels  {_channels(channels, found)}")
    if found.presets:
        say(f"  presets   {', '.join(found.presets)}")
    own = [one.name for one in found.clips if not one.channel and not one.expression.preset]
    if own:
        say(f"  further   {_few(own)}")
    for motion in found.motions if model.format != "VRMA" else ():
        faces = f"{len(motion.faces)} shapes" if motion.faces else "no face"
        tracks = counted(motion.tracks, "track")
        say(f"  animation {motion.name}: {tracks}, moves {faces}")
    if found.sides is not None and found.sides >= SURE:
        say("  sides     left is left")
    write_findings(said)


def _channels(channels: int, found: ModelMeasurements) -> str:
    """How many there are, by which way, and how they are spelled."""
    ways: list[str] = []
    for names, what in ((found.by_clip, "expressions"), (found.by_shape, "morph targets")):
        if names:
            first = next((own for own in names if own.startswith("eyeBlink")), next(iter(names)))
            ways.append(f"{len(names)} of {channels} by {what}, spelled {names[first][0].name}")
    return "; ".join(ways) or f"none of {channels}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def _document(name: str, found: ModelMeasurements, said: Sequence[Finding]) -> dict[str, object]:
    import attrs

    model = found.model
    return {
        "file": name,
        "format": model.format,
        "generator": model.generator,
        "channels": {
            "by": "expressions" if found.by_expressions else "morph targets",
            "expressions": {
                channel: [one.expression.name for one in clips]
                for channel, clips in found.by_clip.items()
            },
            "shapes": {
                channel: [
                    {"mesh": one.mesh, "index": one.index, "name": one.name, "reach": one.reach}
                    for one in shapes
                ]
                for channel, shapes in found.by_shape.items()
            },
        },
        "expressions": [
            {
                "name": one.expression.name,
                "preset": one.expression.preset or None,
                "channel": one.channel,
                "dead": one.dead,
                "binary": one.expression.binary,
                "weights": list(one.weights),
                "override": {
                    "mouth": one.expression.override_mouth,
                    "blink": one.expression.override_blink,
                    "look": one.expression.override_look,
                },
            }
            for one in found.clips
        ],
        "moves": [one.name for one in model.animated],
        "animations": [attrs.asdict(one) for one in found.motions],
        "sides": found.sides,
        "findings": [attrs.asdict(one) for one in said],
    }
