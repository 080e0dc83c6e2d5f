"""How much each condition and the sound move the face, and how far the network leaves the rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.clips import SETTLE, Sound
from mien_trainer.evaluate.network import EvaluatedNetwork
from mien_trainer.frames import F32

CLASSES = ("LIPSYNC", "SHARED", "EXPRESSION")

_REACH = 0.5
"""How far VAD is moved on an axis to see what the axis does."""


@frozen(kw_only=True)
class Effect:
    """The mean absolute change of the face when one thing changes, by class of channel.

    "emotion does nothing" shows as a label's or an axis's effect near 0 beside that of the sound.
    """

    cause: str
    change: dict[str, float]


def effects(
    network: EvaluatedNetwork, sounds: Sequence[Sound], intensity: str
) -> tuple[Effect, ...]:
    """The effect of each label (instead of the bank's first), of each axis, and of the sound."""
    labels, vads = network.bank.labels, network.anchors_at(intensity)
    every = range(len(labels))
    same = np.repeat(vads.mean(axis=0, keepdims=True), len(labels), axis=0).astype(np.float32)
    found: list[Effect] = []

    def add(cause: str, one: F32, other: F32) -> None:
        found.append(Effect(cause=cause, change=_by_class(network, one, other)))

    settled = network.faces(sounds[0].mel, every, same)[:, SETTLE:]
    for position, label in enumerate(labels[1:], start=1):
        add(f"label {label}", settled[[position]], settled[[0]])
    for axis, name in enumerate(("valence", "arousal", "dominance")):
        low, high = same.copy(), same.copy()
        low[:, axis], high[:, axis] = -_REACH, _REACH
        before = network.faces(sounds[0].mel, every, low)[:, SETTLE:]
        add(name, network.faces(sounds[0].mel, every, high)[:, SETTLE:], before)
    frames = min(len(one.mel) for one in sounds)
    spoken = [network.faces(one.mel[:frames], every, vads)[:, SETTLE:] for one in sounds]
    for one, face in zip(sounds[1:], spoken[1:], strict=True):
        add(f"sound {one.name}", face, spoken[0])
    return tuple(found)


@frozen(kw_only=True)
class Departure:
    """How far the network is from the compiled rule while it speaks, by class of channel.

    The rule knows how much is spoken but not what: a network that only copied it would be at 0 on
    LIPSYNC channels too.
    """

    change: dict[str, float]


def departure(network: EvaluatedNetwork, sound: Sound, speech: F32, intensity: str) -> Departure:
    """The mean absolute difference from the rule's faces under ``speech`` (N,), over all labels."""
    bank, vads = network.bank, network.anchors_at(intensity)
    spoken = network.faces(sound.mel, range(len(vads)), vads)
    frames = spoken.shape[1]
    rule = np.stack(
        [
            bank.faces([label] * frames, np.repeat(vad[None], frames, axis=0), speech=speech)
            for label, vad in zip(bank.labels, vads, strict=True)
        ]
    )
    return Departure(change=_by_class(network, spoken[:, SETTLE:], rule[:, SETTLE:]))


def _by_class(network: EvaluatedNetwork, one: F32, other: F32) -> dict[str, float]:
    change = np.abs(one - other)
    return {kind: float(change[..., network.channels_of(kind)].mean()) for kind in CLASSES}
