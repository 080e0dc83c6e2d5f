"""How much each condition and the sound move the face, and how far the network leaves the rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject
from mien_trainer.evaluate.sounds import SETTLE, Sound
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


def effects(subject: Subject, sounds: Sequence[Sound], intensity: str) -> tuple[Effect, ...]:
    """The effect of each label (worn instead of neutral), of each axis, and of the sound."""
    tables = subject.bank.tables.labels
    at = subject.bank.intensities.index(intensity)
    vads = np.stack([table.anchors[at] for table in tables])
    sound = sounds[0]
    found: list[Effect] = []
    every = list(range(len(tables)))
    same = np.repeat(vads.mean(axis=0, keepdims=True), len(tables), axis=0).astype(np.float32)
    worn = subject.at(sound.mel, every, same)[:, SETTLE:]
    rest = worn[[0]]
    for position, table in enumerate(tables):
        if position:
            found.append(_effect(subject, f"label {table.label}", worn[[position]], rest))
    for axis, name in enumerate(("valence", "arousal", "dominance")):
        low, high = same.copy(), same.copy()
        low[:, axis], high[:, axis] = -_REACH, _REACH
        before = subject.at(sound.mel, every, low)[:, SETTLE:]
        after = subject.at(sound.mel, every, high)[:, SETTLE:]
        found.append(_effect(subject, name, after, before))
    frames = min(len(one.mel) for one in sounds)
    spoken = [subject.at(one.mel[:frames], every, vads)[:, SETTLE:] for one in sounds]
    for one, face in zip(sounds[1:], spoken[1:], strict=True):
        found.append(_effect(subject, f"sound {one.name}", face, spoken[0]))
    return tuple(found)


@frozen(kw_only=True)
class Departure:
    """How far the network is from the compiled rule while it speaks, by class of channel.

    The rule knows how much is spoken but not what: a network that only copied it would be at 0 on
    LIPSYNC channels too.
    """

    change: dict[str, float]


def departure(subject: Subject, sound: Sound, speech: F32, intensity: str) -> Departure:
    """The mean absolute difference from the rule's faces under ``speech`` (N,), over all labels."""
    bank = subject.bank
    at = bank.intensities.index(intensity)
    vads = np.stack([table.anchors[at] for table in bank.tables.labels])
    spoken = subject.at(sound.mel, list(range(len(vads))), vads)
    frames = spoken.shape[1]
    rule = np.stack(
        [
            bank.faces([label] * frames, np.repeat(vad[None], frames, axis=0), speech=speech)
            for label, vad in zip(bank.labels, vads, strict=True)
        ]
    )
    return Departure(change=_by_class(subject, spoken[:, SETTLE:], rule[:, SETTLE:]))


def _effect(subject: Subject, cause: str, one: F32, other: F32) -> Effect:
    return Effect(cause=cause, change=_by_class(subject, one, other))


def _by_class(subject: Subject, one: F32, other: F32) -> dict[str, float]:
    away = np.abs(one - other)
    return {kind: float(away[..., subject.channels_of(kind)].mean()) for kind in CLASSES}
