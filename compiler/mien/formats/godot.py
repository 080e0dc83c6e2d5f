"""Godot 4's Animation as a text resource: a value track for the weight of each blend shape."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mien.formats.take import Take, curve
from mien.formats.text_file import decimal

_TRACK = """\
tracks/{number}/type = "value"
tracks/{number}/imported = false
tracks/{number}/enabled = true
tracks/{number}/path = NodePath({path})
tracks/{number}/interp = 1
tracks/{number}/loop_wrap = true
tracks/{number}/keys = {{
"times": PackedFloat32Array({times}),
"transitions": PackedFloat32Array({transitions}),
"values": [{values}],
"update": 0
}}
"""


def pieces(take: Take, mesh: str) -> Iterator[str]:
    """The resource of a take; ``mesh`` is the path of the MeshInstance3D in the scene."""
    yield '[gd_resource type="Animation" format=3]\n\n[resource]\n'
    if take.name:
        yield f"resource_name = {_text(take.name)}\n"
    yield f"length = {_float(float(take.times[-1]) if len(take.times) else 0.0)}\n"
    for number, channel in enumerate(take.channels if len(take.times) else ()):
        moments, weights = curve(take, channel)
        yield _TRACK.format(
            number=number,
            path=_text(f"{mesh}:blend_shapes/{channel}"),
            times=", ".join(map(decimal, moments)),
            transitions=", ".join("1" for _ in moments),
            values=", ".join(map(_float, weights)),
        )
    if take.source:
        yield f"metadata/source = {_text(take.source)}\n"


def _float(value: float) -> str:
    """A number that is no integer to Godot: with a point."""
    text = decimal(value)
    return text if "." in text else f"{text}.0"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
