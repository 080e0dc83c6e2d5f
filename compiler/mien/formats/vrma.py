"""VRM animation: a node for each expression, whose x is the weight, and a head that turns.

Channels are custom expressions by the names of "Perfect Sync" (JawOpen); a channel that is called
as a preset of VRM is that preset.
"""

from __future__ import annotations

import numpy as np

from mien.formats.model_animation import read as read
from mien.formats.take import F32, Take, curve
from mien.formats.turns import quaternions
from mien.gltf.channel_names import pascal
from mien.gltf.vrm import PRESETS
from mien.gltf.write import Binary, glb_bytes

_SKELETON: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("hips", "", (0.0, 0.9, 0.0)),
    ("spine", "hips", (0.0, 0.1, 0.0)),
    ("head", "spine", (0.0, 0.5, 0.0)),
    *(
        (f"{side}{bone}", f"{side}{above}" if above[0].isupper() else above, (sign * x, y, 0.0))
        for side, sign in (("left", 1.0), ("right", -1.0))
        for bone, above, x, y in (
            ("UpperLeg", "hips", 0.1, 0.0),
            ("LowerLeg", "UpperLeg", 0.0, -0.4),
            ("Foot", "LowerLeg", 0.0, -0.4),
            ("UpperArm", "spine", 0.15, 0.35),
            ("LowerArm", "UpperArm", 0.25, 0.0),
            ("Hand", "LowerArm", 0.25, 0.0),
        )
    ),
)
"""The bones that every humanoid has: name, bone above, and where it is from there, in metres."""


def encode(take: Take) -> bytes:
    """The file of a take, at its own moments."""
    numbers = Binary()
    nodes: list[dict[str, object]] = []
    groups: dict[str, dict[str, object]] = {"preset": {}, "custom": {}}
    samplers: list[dict[str, object]] = []
    tracks: list[dict[str, object]] = []

    def move(node: int, path: str, times: list[float], values: F32) -> None:
        samplers.append(numbers.sampler(np.array(times, dtype=np.float32), values))
        tracks.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    for channel in take.channels:
        # glTF has no empty tracks: a key at rest stands for no row
        times, weights = curve(take, channel) if len(take.times) else ([0.0], [0.0])
        name = channel if channel in PRESETS else pascal(channel)
        groups["preset" if channel in PRESETS else "custom"][name] = {"node": len(nodes)}
        places = np.zeros((len(weights), 3), dtype=np.float32)
        places[:, 0] = weights
        move(len(nodes), "translation", times, places)
        nodes.append({"name": name})
    extension: dict[str, object] = {"specVersion": "1.0"}
    roots = list(range(len(nodes)))
    if take.head is not None and len(take.times):
        bones = {name: len(nodes) + at for at, (name, _, _) in enumerate(_SKELETON)}
        extension["humanoid"] = {"humanBones": {name: {"node": at} for name, at in bones.items()}}
        roots.append(bones["hips"])
        nodes += _skeleton(bones)
        move(bones["head"], "rotation", take.times.tolist(), quaternions(take.head))
    extension["expressions"] = {key: group for key, group in groups.items() if group}
    return glb_bytes(
        {
            "extensionsUsed": ["VRMC_vrm_animation"],
            "extensions": {"VRMC_vrm_animation": extension},
            "scene": 0,
            "scenes": [{"nodes": roots}],
            "nodes": nodes,
            "animations": [{"name": take.name or "take", "samplers": samplers, "channels": tracks}],
        },
        {"rate": take.rate, "source": take.source},
        numbers,
    )


def _skeleton(bones: dict[str, int]) -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    for name, _, place in _SKELETON:
        below = [bones[other] for other, above, _ in _SKELETON if above == name]
        node: dict[str, object] = {"name": name, "translation": list(place)}
        nodes.append({**node, "children": below} if below else node)
    return nodes
