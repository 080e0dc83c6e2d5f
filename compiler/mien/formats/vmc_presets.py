"""A face by the presets that every VRM has, for models without the 52 expressions of Perfect Sync.

A few coarse expressions cannot show a face channel by channel; `mien.gltf.stand_ins` says what
stands for what. VMC writes the presets of VRM 0.x with capitals, unlike the file's own schema.
"""

from __future__ import annotations

from collections.abc import Mapping

from mien.gltf.stand_ins import PRESET_SHAPES, available

OLD_NAMES: Mapping[str, str] = {
    "happy": "Joy",
    "angry": "Angry",
    "sad": "Sorrow",
    "relaxed": "Fun",
    "surprised": "Surprised",  # none in VRM 0.x, and what models call the expression of their own
    "aa": "A",
    "ih": "I",
    "ou": "U",
    "ee": "E",
    "oh": "O",
    "blinkLeft": "Blink_L",
    "blinkRight": "Blink_R",
}
"""The presets of VRM 1.0 that are sent, and what VMC calls them for a model of VRM 0.x."""

_PARTS = tuple(available(PRESET_SHAPES, OLD_NAMES.__contains__))


def preset_weights(weights: Mapping[str, float], *, old: bool) -> dict[str, float]:
    """Weights in [0, 1] of all presets that are sent, by the names of VRM 1.0 or ``old`` ones."""
    found = dict.fromkeys(OLD_NAMES, 0.0)
    for channel, preset, share in _PARTS:
        found[preset] += share * weights.get(channel, 0.0)
    return {OLD_NAMES[name] if old else name: min(1.0, one) for name, one in found.items()}
