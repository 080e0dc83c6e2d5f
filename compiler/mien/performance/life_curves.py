"""The curves of what lives, from movements that come and go, a drifting head and a voice.

Everything is float64 in the order written here. Dimension letters: n frames, P movements, K points
that the head drifts through.
"""

from __future__ import annotations

import numpy as np

from mien.performance.clock import F64, FRAME, I64, frame_ticks, smoothstep, ticks, way
from mien.twins import has_twin

FADE = ticks(0.5)
"""Ticks in which life sets in at the start, and in which all of it is over at the end."""

DRIFT_FRAMES = 96
"""Frames from one point that the head drifts through to the next."""

SUMS, TIMES = 5, 4
"""Of a movement: when it begins, and for how long it rises, is held, and falls, in ticks; then how
far it goes, in each of what is added up (eyes (2), brows, nods, breath), and in lids, of which the
deepest counts."""


@has_twin("mien.performance.life_kernels")
def life_curves(
    first: int,
    end: int,
    movements: F64,
    drift: F64,
    speech: F64,
    stress: F64,
    height: float,
    degrees: float,
    amount: float,
) -> tuple[F64, F64, F64, F64]:
    """Lids (n,), eyes (n, 2), brows (n,) and head (n, 3) of n frames from ``first`` on.

    ``movements`` (P, `TIMES` + `SUMS` + 1); ``drift`` (K, 3) from the one before ``first`` on;
    ``speech`` and ``stress`` (n,), at most: ``stress`` raises brows by ``height`` and nods by
    ``degrees``. ``amount`` is that of the head's own way, ``end`` the number of all frames, 0 where
    nobody knows.
    """
    frames = len(speech)
    moments = frame_ticks(first, frames)
    there = way(moments, 0, FADE)
    if end:
        there = there * (1.0 - way(moments, (end - 1) * FRAME - FADE, FADE))
    lids, sums = np.zeros(frames), np.zeros((SUMS, frames))
    for movement, shape in zip(movements, _shapes(movements, moments), strict=True):
        sums += movement[TIMES:-1, None] * shape
        lids = np.maximum(lids, movement[-1] * shape)
    cells = np.arange(first, first + frames) // DRIFT_FRAMES
    span = DRIFT_FRAMES * FRAME
    come = smoothstep((moments - cells * span).astype(np.float64) / float(span))[:, None]
    at = cells - first // DRIFT_FRAMES
    head = ((1.0 - come) * drift[at] + come * drift[at + 1]) * (0.5 + 0.5 * speech)[:, None]
    head = head * amount
    brows, nods, breath = sums[2:]
    head[:, 1] += nods
    head[:, 1] -= breath
    head[:, 1] += stress * degrees
    brows = brows + stress * height
    return lids, sums[:2].T * there[:, None], brows * there, head * there[:, None]


def _shapes(movements: F64, moments: I64) -> F64:
    """How far each movement has come (P, n), as `mien.performance.clock.pulse`."""
    start, rise, hold, fall = movements[:, :TIMES].T
    begun = moments - np.array((start, start + rise + hold)).T[:, :, None]
    come = smoothstep(begun / np.array((rise, fall)).T[:, :, None])
    shapes: F64 = come[:, 0] * (1.0 - come[:, 1])
    return shapes
