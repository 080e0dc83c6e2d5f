"""A clip told anew: its pieces in another order, each at a pace of its own.

There are few recordings of people, and a network that hears a second and a half soon knows them by
heart: it then tells a sound by what came before it in that very clip. Of pieces in a new order it
can know nothing but how they sound.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import F32
from mien_trainer.lips.table import F64

SHORTEST, LONGEST = 12, 54
"""Frames of a piece, which then goes on to the end of its sound."""

PACE = 0.15
"""The logarithm of how much faster or slower a piece is played at most."""

_FEWEST = 4
"""Ends of sounds from which on a clip has pieces."""


def told_anew(sounds: npt.NDArray[np.int64], rng: np.random.Generator) -> F64:
    """The frames of a clip, and between them, in the order in which it is told now.

    ``sounds`` (N,) are those of its frames. A clip of few sounds stays as it is.
    """
    whole = len(sounds)
    ends = np.flatnonzero(np.diff(sounds)) + 1
    if len(ends) < _FEWEST:
        return np.arange(whole, dtype=np.float64)
    marks = [0]
    while True:
        next_end = int(np.searchsorted(ends, marks[-1] + rng.uniform(SHORTEST, LONGEST)))
        if next_end == len(ends):
            break
        marks.append(int(ends[next_end]))
    pieces = list(zip(marks, [*marks[1:], whole], strict=True))
    order = (pieces[int(place)] for place in rng.permutation(len(pieces)))
    return np.concatenate([_played(first, end, rng) for first, end in order])


def _played(first: int, end: int, rng: np.random.Generator) -> F64:
    pace = float(np.exp(rng.uniform(-PACE, PACE)))
    steps = np.arange(max(1, round((end - first) / pace)), dtype=np.float64)
    played: F64 = np.minimum(first + pace * steps, end - 1.0)
    return played


def between(frames: npt.NDArray[np.float16], at: F64) -> F32:
    """Rows (n, M) of ``frames`` (N, M) at times ``at`` (n,), in frames, by straight lines."""
    low = np.minimum(at.astype(np.int64), max(len(frames) - 2, 0))
    share = (at - low)[:, None]
    below, above = frames[low], frames[np.minimum(low + 1, len(frames) - 1)]
    found: F32 = (below * (1.0 - share) + above * share).astype(np.float32)
    return found
