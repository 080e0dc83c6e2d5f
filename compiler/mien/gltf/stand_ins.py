"""What stands for the channels on a model that has none of them, as `web/avatar/fallback.js` does.

VRoid's face morphs, or the presets that every VRM has (happy, angry, sad, relaxed, surprised, the
vowels and the blinks). A few coarse shapes cannot show a face channel by channel; what they reach
is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Part = tuple[str, float]
"""The name of a coarse shape, and how much of it a whole channel is."""

Recipe = Mapping[str, tuple[Part, ...]]
"""Channel to the shapes that stand for it; of several the first that a model has."""


def _sides(stem: str, *parts: Part) -> dict[str, tuple[Part, ...]]:
    """``{side}`` in a name is L or R, ``{Side}`` Left or Right."""
    return {
        f"{stem}{side}": tuple(
            (name.format(side=side[0], Side=side), share) for name, share in parts
        )
        for side in ("Left", "Right")
    }


VROID: Recipe = {
    **_sides("eyeBlink", ("Fcl_EYE_Close_{side}", 1.0)),
    **_sides("eyeSquint", ("Fcl_EYE_Joy_{side}", 0.3)),
    **_sides("eyeWide", ("Fcl_EYE_Surprised", 0.5)),
    **_sides("browDown", ("Fcl_BRW_Angry", 0.5)),
    "browInnerUp": (("Fcl_BRW_Sorrow", 0.8),),
    **_sides("browOuterUp", ("Fcl_BRW_Surprised", 0.5)),
    "jawOpen": (("Fcl_MTH_A", 0.9),),
    "mouthFunnel": (("Fcl_MTH_O", 0.8),),
    "mouthPucker": (("Fcl_MTH_U", 0.9),),
    **_sides("mouthSmile", ("Fcl_MTH_Fun", 0.5)),
    **_sides("mouthFrown", ("Fcl_MTH_Sorrow", 0.5)),
    **_sides("mouthStretch", ("Fcl_MTH_I", 0.4)),
    **_sides("mouthPress", ("Fcl_MTH_Close", 0.5)),
    **_sides("mouthUpperUp", ("Fcl_MTH_E", 0.2)),
}
"""VRoid Studio's morphs, without what stands before ``Fcl_``."""

PRESET_SHAPES: Recipe = {
    **_sides("eyeBlink", ("blink{Side}", 1.0), ("blink", 0.5)),
    **_sides("mouthSmile", ("happy", 0.5)),
    **_sides("browDown", ("angry", 0.5)),
    **_sides("mouthFrown", ("sad", 0.35)),
    "browInnerUp": (("sad", 0.3),),
    **_sides("browOuterUp", ("surprised", 0.25)),
    **_sides("eyeWide", ("surprised", 0.25)),
    **_sides("eyeSquint", ("relaxed", 0.25)),
    "jawOpen": (("aa", 1.0),),
    "mouthFunnel": (("oh", 1.0),),
    "mouthPucker": (("ou", 1.0),),
    **_sides("mouthStretch", ("ee", 0.5)),
    **_sides("mouthLowerDown", ("ih", 0.5)),
}
"""The presets of VRM 1.0; those of VRM 0.x come under the same names."""


def available(recipe: Recipe, has: Callable[[str], bool]) -> list[tuple[str, str, float]]:
    """Channel, shape and share of each part of a recipe that a model has."""
    found: list[tuple[str, str, float]] = []
    for channel, parts in recipe.items():
        part = next(((name, share) for name, share in parts if has(name)), None)
        if part is not None:
            found.append((channel, *part))
    return found
