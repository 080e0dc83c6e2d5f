"""How much a face changes when VAD changes a little."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject, mean_faces
from mien_trainer.evaluate.sounds import SETTLE, Sound
from mien_trainer.frames import F32

STEP = 0.05
"""The step on one axis, as in the budget of a bank."""

_BATCH = 64


@frozen(kw_only=True)
class Smoothness:
    """The change of a settled face per step of `STEP` on one axis.

    ``mean`` and ``worst`` of the mean over channels, and ``channel`` the most that any one channel
    changed, over ``steps`` random places, labels and axes.
    """

    mean: float
    worst: float
    channel: float
    steps: int


def smoothness(subject: Subject, sound: Sound, steps: int = 512, seed: int = 0) -> Smoothness:
    """The change over random steps inside the cube, half of them from near an anchor."""
    rng = np.random.default_rng(seed)
    labels, anchors = subject.anchors()
    near: list[int] = rng.integers(0, len(labels), size=steps).tolist()
    place = rng.uniform(-1.0, 1.0, size=(steps, 3))
    local = anchors[near] + rng.normal(0.0, 0.1, size=(steps, 3))
    start = np.where(np.arange(steps)[:, None] % 2 == 0, place, local)
    start = np.clip(start, -1.0, 1.0 - STEP).astype(np.float32)
    end = start.copy()
    end[np.arange(steps), rng.integers(0, 3, size=steps)] += np.float32(STEP)
    positions = [labels[at] for at in near]
    changes: list[F32] = []
    for begin in range(0, steps, _BATCH):
        part = slice(begin, begin + _BATCH)
        before = mean_faces(subject.at(sound.mel, positions[part], start[part])[:, SETTLE:])
        after = mean_faces(subject.at(sound.mel, positions[part], end[part])[:, SETTLE:])
        changes.append(np.abs(after - before))
    change = np.concatenate(changes)
    each = change.mean(axis=1, dtype=np.float64)
    return Smoothness(
        mean=float(each.mean()),
        worst=float(each.max()),
        channel=float(change.max()),
        steps=steps,
    )
