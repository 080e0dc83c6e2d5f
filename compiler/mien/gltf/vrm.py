"""What VRM adds to glTF: expressions, their overrides, bones, and expressions that are animated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mien.gltf.cursor import Cursor
from mien.gltf.model import AnimatedExpression, Bind, Expression

EMOTIONS = ("happy", "angry", "sad", "relaxed", "surprised")
VOWELS = ("aa", "ih", "ou", "ee", "oh")
BLINKS = ("blink", "blinkLeft", "blinkRight")
LOOKS = ("lookUp", "lookDown", "lookLeft", "lookRight")
PRESETS = (*EMOTIONS, "neutral", *VOWELS, *BLINKS, *LOOKS)
"""The presets of VRM 1.0."""

OLD_PRESETS: Mapping[str, str] = {
    "joy": "happy",
    "angry": "angry",
    "sorrow": "sad",
    "fun": "relaxed",
    "neutral": "neutral",
    "a": "aa",
    "i": "ih",
    "u": "ou",
    "e": "ee",
    "o": "oh",
    "blink": "blink",
    "blink_l": "blinkLeft",
    "blink_r": "blinkRight",
    "lookup": "lookUp",
    "lookdown": "lookDown",
    "lookleft": "lookLeft",
    "lookright": "lookRight",
}
"""The presets of VRM 0.x, as its schema writes them, and what VRM 1.0 calls them."""

FULL_OLD_WEIGHT = 100.0
"""The weight of a bind in VRM 0.x that moves a morph target all the way."""

_SURPRISED = "surprised"
_OVERRIDES = ("none", "block", "blend")


def expressions_of(extensions: Cursor, *, nodes: int, meshes: int) -> tuple[Expression, ...]:
    """The expressions of a VRM of either version, those of a preset first in VRM 1.0."""
    if extensions.has("VRMC_vrm"):
        both = extensions["VRMC_vrm"]["expressions"]
        groups = (("preset", True), ("custom", False))
        return tuple(
            _expression(name, one, nodes, preset=preset)
            for key, preset in groups
            for name, one in both[key].entries()
        )
    clips = extensions["VRM"]["blendShapeMaster"]["blendShapeGroups"].items()
    return tuple(_old_expression(one, meshes) for one in clips)


def animated_expressions(extensions: Cursor, *, nodes: int) -> tuple[AnimatedExpression, ...]:
    """The expressions that a VRMA moves."""
    both = extensions["VRMC_vrm_animation"]["expressions"]

    def found() -> Iterator[AnimatedExpression]:
        for key in ("preset", "custom"):
            for name, one in both[key].entries():
                node = one["node"].required().index(nodes, "node")
                if node is not None:
                    yield AnimatedExpression(name=name, preset=key == "preset", node=node)

    return tuple(found())


def bones_of(extensions: Cursor, *, nodes: int) -> tuple[tuple[str, int], ...]:
    """The bones of a humanoid, of a model or an animation."""
    if extensions.has("VRM") and not extensions.has("VRMC_vrm"):
        listed = [
            (one["bone"].text(), one["node"])
            for one in extensions["VRM"]["humanoid"]["humanBones"].items()
        ]
    else:
        own = "VRMC_vrm" if extensions.has("VRMC_vrm") else "VRMC_vrm_animation"
        bones = extensions[own]["humanoid"]["humanBones"].entries()
        listed = [(name, one["node"]) for name, one in bones]
    found = ((name, node.index(nodes, "node")) for name, node in listed)
    return tuple((name, node) for name, node in found if node is not None)


def _expression(name: str, one: Cursor, nodes: int, *, preset: bool) -> Expression:
    def bind(part: Cursor) -> Bind:
        return Bind(
            node=part["node"].required().index(nodes, "node"),
            index=part["index"].required().whole(),
            weight=part["weight"].required().number(1.0),
        )

    def override(key: str) -> str:
        found = one[key].text("none")
        if found not in _OVERRIDES:
            one[key].wrong(f"one of {', '.join(_OVERRIDES)}")
        return found

    others = (one["materialColorBinds"], one["textureTransformBinds"])
    return Expression(
        name=name,
        preset=name if preset else "",
        binds=tuple(bind(part) for part in one["morphTargetBinds"].items()),
        others=sum(len(part.items()) for part in others),
        binary=one["isBinary"].flag(),
        override_mouth=override("overrideMouth"),
        override_blink=override("overrideBlink"),
        override_look=override("overrideLookAt"),
    )


def _old_expression(one: Cursor, meshes: int) -> Expression:
    def bind(part: Cursor) -> Bind:
        # UniVRM writes -1 for a mesh that was removed.
        mesh = None if part["mesh"].value == -1 else part["mesh"].required().index(meshes, "mesh")
        return Bind(
            mesh=mesh,
            index=part["index"].required().whole(),
            weight=part["weight"].number(FULL_OLD_WEIGHT),
        )

    name = one["name"].text()
    preset = OLD_PRESETS.get(one["presetName"].text("unknown").lower(), "")
    if not preset and name.lower() == _SURPRISED:
        preset = _SURPRISED
    return Expression(
        name=name,
        preset=preset,
        binds=tuple(bind(part) for part in one["binds"].items()),
        others=len(one["materialValues"].items()),
        binary=one["isBinary"].flag(),
    )
