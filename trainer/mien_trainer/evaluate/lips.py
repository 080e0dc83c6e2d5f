"""How well the lips follow speech that was never heard in training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject
from mien_trainer.frames import FRAME_RATE
from mien_trainer.lips.closures import closures_kept
from mien_trainer.targets.stored import StoredClip

_MOVES = 0.01
"""A channel whose targets have a smaller standard deviation has no correlation to speak of."""


@frozen(kw_only=True)
class LipMatch:
    """The LIPSYNC channels of some clips beside their targets.

    ``correlation``: Pearson's over all frames, mean over the channels that move; ``error``: the
    mean absolute difference.
    """

    name: str
    clips: int
    seconds: float
    correlation: float
    error: float


@frozen(kw_only=True)
class Closures:
    """How many p, b and m of some clips closed the lips under a label worn at its mid point."""

    label: str
    kept: int
    total: int


def lip_match(subject: Subject, name: str, clips: Sequence[StoredClip]) -> LipMatch:
    """The clips under their own conditions."""
    channels = subject.channels_of("LIPSYNC")
    spoken = [subject.predict(clip.mel[None], clip.conditions[None])[0] for clip in clips]
    found = np.concatenate([face[:, channels] for face in spoken]).astype(np.float64)
    wanted = np.concatenate([clip.targets[:, channels] for clip in clips]).astype(np.float64)
    return LipMatch(
        name=name,
        clips=len(clips),
        seconds=len(wanted) / FRAME_RATE,
        correlation=_correlation(found, wanted),
        error=float(np.abs(found - wanted).mean()),
    )


def closures(subject: Subject, clips: Iterable[StoredClip], intensity: str) -> tuple[Closures, ...]:
    """The clips under every label in turn."""
    at = subject.bank.intensities.index(intensity)
    tables = subject.bank.tables.labels
    kept, total = [0] * len(tables), [0] * len(tables)
    for clip in clips:
        faces = subject.at(
            clip.mel, list(range(len(tables))), np.stack([table.anchors[at] for table in tables])
        )
        for label, face in enumerate(faces):
            closed, there = closures_kept(face, clip.phonemes)
            kept[label] += closed
            total[label] += there
    return tuple(
        Closures(label=table.label, kept=kept[position], total=total[position])
        for position, table in enumerate(tables)
    )


def _correlation(found: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> float:
    moving = wanted.std(axis=0) > _MOVES
    if not moving.any():
        return float("nan")
    one = found[:, moving] - found[:, moving].mean(axis=0)
    other = wanted[:, moving] - wanted[:, moving].mean(axis=0)
    below = np.sqrt((one * one).sum(axis=0) * (other * other).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(below > 0.0, (one * other).sum(axis=0) / below, 0.0)
    return float(each.mean())
