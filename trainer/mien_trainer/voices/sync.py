"""Whether a capture was taken with its sound: lips of every kind come late or early by as much.

Dimension letters: N frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.frames import FRAME_RATE
from mien_trainer.lips.table import F64
from mien_trainer.voices.measures import LAGS, Heard, Moments

FARTHEST = FRAME_RATE
"""Frames by which a capture is looked for on either side: a second."""

_LEAST = 2 * FRAME_RATE
"""Frames of speech, less of which tell nothing."""

_FOLLOWS, _BETTER = 0.5, 0.15
"""r from which lips follow a capture, and how much more than where it should be."""

_ALIKE = 4
"""Frames within which ways to move lips agree."""


def seconds_apart(heard: Sequence[Heard]) -> float | None:
    """By how much the sound of one capture comes after its curves; None where they fit.

    ``heard`` are several ways to move lips by that sound. Half of them have to find the same.
    """
    found = [lag for one in heard if (lag := _lag(one)) is not None]
    if len(found) * 2 < max(len(heard), 2):
        return None
    middle = float(np.median(found))
    near = sum(abs(lag - middle) <= _ALIKE for lag in found)
    return middle / FRAME_RATE if near * 2 >= len(heard) else None


def _lag(one: Heard) -> int | None:
    """The frames by which lips follow far better outside `LAGS`; None where they do not."""
    if int(one.speech.sum()) < _LEAST:
        return None
    wide = range(-FARTHEST, FARTHEST + 1)
    found, true = one.found.curves[:, 0], one.true.curves[:, 0]
    r = np.array([_r(found, true, one.speech, lag) for lag in wide])
    best = int(np.argmax(r))
    usual = float(r[LAGS[0] + FARTHEST : LAGS[-1] + 1 + FARTHEST].max())
    follows = r[best] >= _FOLLOWS and r[best] - usual >= _BETTER
    return wide[best] if follows else None


def _r(found: F64, true: F64, speech: Moments, lag: int) -> float:
    """Pearson's r over the spoken frames of lips ``lag`` frames later; 0 where there are few."""
    late, early = max(lag, 0), max(-lag, 0)
    length = len(speech) - late - early
    keep = speech[early : early + max(length, 0)]
    if int(keep.sum()) < _LEAST // 2:
        return 0.0
    a = found[late : late + length][keep]
    b = true[early : early + length][keep]
    a, b = a - a.mean(), b - b.mean()
    power = float((a * a).sum() * (b * b).sum())
    return float((a * b).sum()) / power**0.5 if power > 0.0 else 0.0
