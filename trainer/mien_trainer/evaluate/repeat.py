"""Whether the same input gives the same output, run after run."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject
from mien_trainer.evaluate.sounds import Sound


@frozen(kw_only=True)
class Repeats:
    """``variance``: the largest variance of any weight over ``runs`` runs of the same input."""

    runs: int
    variance: float


def repeats(subject: Subject, sound: Sound, runs: int = 100) -> Repeats:
    """Run the same sound at the first anchor ``runs`` times."""
    labels, vads = subject.anchors()
    first = subject.at(sound.mel, labels[:1], vads[:1]).astype(np.float64)
    total = np.zeros_like(first)
    squares = np.zeros_like(first)
    for _ in range(runs):
        away = subject.at(sound.mel, labels[:1], vads[:1]) - first
        total += away
        squares += away * away
    variance = squares / runs - (total / runs) ** 2
    return Repeats(runs=runs, variance=float(variance.max()))
