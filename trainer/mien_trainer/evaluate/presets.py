"""Whether the presets are still the presets: errors at anchors, drift, distinctness, smoothness.

Dimension letters as in `network`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.clips import SETTLE, Sound
from mien_trainer.evaluate.network import EvaluatedNetwork, mean_faces
from mien_trainer.frames import F32

STEP = 0.05
"""The step on one axis of VAD, as in the budget of a bank."""

_BATCH = 64


@frozen(kw_only=True, eq=False)
class AnchorErrors:
    """The network at every anchor under one sound, once settled.

    ``faces`` (E * K, C) are its mean faces, ``mean`` the mean over anchors, frames and channels of
    the absolute difference from the archetypes, ``worst`` its maximum; ``by_label`` the mean of
    each label; ``own`` how many of the faces are nearest to their own archetype.
    """

    sound: str
    faces: F32
    mean: float
    worst: float
    by_label: dict[str, float]
    own: int


def anchor_errors(network: EvaluatedNetwork, sound: Sound, channels: Sequence[int]) -> AnchorErrors:
    """Errors over ``channels``: all of them in silence, those of the expression under speech."""
    labels, vads = network.anchors()
    settled = network.faces(sound.mel, labels, vads)[:, SETTLE:]
    wanted = network.archetypes()
    errors = np.abs(settled - wanted[:, None])[:, :, list(channels)]
    each = errors.mean(axis=(1, 2), dtype=np.float64)
    faces = mean_faces(settled)
    return AnchorErrors(
        sound=sound.name,
        faces=faces,
        mean=float(each.mean()),
        worst=float(errors.max()),
        by_label={
            name: float(each[[at for at, label in enumerate(labels) if label == position]].mean())
            for position, name in enumerate(network.bank.labels)
        },
        own=_nearest_to_own(distances(faces, wanted, channels)),
    )


def drift(faces: Sequence[F32]) -> float:
    """The mean absolute difference between retrainings' faces at the anchors, over all pairs.

    0.0 where there is one training only.
    """
    pairs = [float(np.abs(one - other).mean()) for one, other in combinations(faces, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


@frozen(kw_only=True, eq=False)
class Distinctness:
    """All labels at one intensity, saying the same.

    ``distances`` (E, E): the mean absolute difference over EXPRESSION channels between the mean
    face of the row's label and the archetype of the column's; ``own`` how many rows are nearest to
    their own column; ``closest`` the least distance between two of the mean faces themselves.
    """

    intensity: str
    sound: str
    distances: F32
    own: int
    closest: float


def distinctness(network: EvaluatedNetwork, sound: Sound, intensity: str) -> Distinctness:
    """The labels' mean faces under ``sound``, against each other's archetypes."""
    at = network.bank.intensities.index(intensity)
    tables = network.bank.tables.labels
    channels = network.channels_of("EXPRESSION")
    wanted = np.stack([table.archetypes[at] for table in tables])
    spoken = network.faces(sound.mel, range(len(tables)), network.anchors_at(intensity))
    faces = mean_faces(spoken[:, SETTLE:])
    found = distances(faces, wanted, channels)
    between = distances(faces, faces, channels)
    np.fill_diagonal(between, np.inf)
    return Distinctness(
        intensity=intensity,
        sound=sound.name,
        distances=found,
        own=_nearest_to_own(found),
        closest=float(between.min()),
    )


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


def smoothness(
    network: EvaluatedNetwork, sound: Sound, steps: int = 512, seed: int = 0
) -> Smoothness:
    """The change over random steps inside the cube, half of them from near an anchor."""
    rng = np.random.default_rng(seed)
    labels, anchors = network.anchors()
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
        before, after = (
            mean_faces(network.faces(sound.mel, positions[part], vads[part])[:, SETTLE:])
            for vads in (start, end)
        )
        changes.append(np.abs(after - before))
    change = np.concatenate(changes)
    each = change.mean(axis=1, dtype=np.float64)
    return Smoothness(
        mean=float(each.mean()), worst=float(each.max()), channel=float(change.max()), steps=steps
    )


@frozen(kw_only=True)
class Repeats:
    """``variance``: the largest variance of any weight over ``runs`` runs of the same input."""

    runs: int
    variance: float


def repeats(network: EvaluatedNetwork, sound: Sound, runs: int = 100) -> Repeats:
    """Run the same sound at the first anchor ``runs`` times."""
    labels, vads = network.anchors()
    first = network.faces(sound.mel, labels[:1], vads[:1]).astype(np.float64)
    total, squares = np.zeros_like(first), np.zeros_like(first)
    for _ in range(runs):
        difference = network.faces(sound.mel, labels[:1], vads[:1]) - first
        total += difference
        squares += difference * difference
    variance = squares / runs - (total / runs) ** 2
    return Repeats(runs=runs, variance=float(variance.max()))


def distances(faces: F32, wanted: F32, channels: Sequence[int]) -> F32:
    """The mean absolute difference over ``channels`` of each face (n, C) and each wanted (m, C)."""
    one, other = faces[:, list(channels)], wanted[:, list(channels)]
    apart: F32 = np.abs(one[:, None] - other[None]).mean(axis=2)
    return apart


def _nearest_to_own(apart: F32) -> int:
    return int((apart.argmin(axis=1) == np.arange(len(apart))).sum())
