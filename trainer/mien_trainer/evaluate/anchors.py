"""How near the network is to the presets at their anchors, and whether retraining moves it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject, mean_faces
from mien_trainer.evaluate.sounds import SETTLE, Sound
from mien_trainer.frames import F32


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


def anchor_errors(subject: Subject, sound: Sound, channels: Sequence[int]) -> AnchorErrors:
    """Errors over ``channels``: all of them in silence, those of the expression under speech."""
    labels, vads = subject.anchors()
    settled = subject.at(sound.mel, labels, vads)[:, SETTLE:]
    wanted = subject.archetypes()
    away = np.abs(settled - wanted[:, None])[:, :, list(channels)]
    each = away.mean(axis=(1, 2), dtype=np.float64)
    faces: F32 = mean_faces(settled)
    names = subject.bank.labels
    return AnchorErrors(
        sound=sound.name,
        faces=faces,
        mean=float(each.mean()),
        worst=float(away.max()),
        by_label={
            name: float(each[[at for at, label in enumerate(labels) if label == position]].mean())
            for position, name in enumerate(names)
        },
        own=_own(faces[:, list(channels)], wanted[:, list(channels)]),
    )


def drift(faces: Sequence[F32]) -> float:
    """The mean absolute difference between retrainings' faces at the anchors, over all pairs.

    0.0 where there is one training only.
    """
    pairs = [float(np.abs(one - other).mean()) for one, other in combinations(faces, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


def _own(faces: F32, archetypes: F32) -> int:
    distances = np.abs(faces[:, None] - archetypes[None]).mean(axis=2)
    return int((distances.argmin(axis=1) == np.arange(len(faces))).sum())
