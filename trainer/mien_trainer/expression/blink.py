"""Blinks on a seeded clock, quicker when aroused, rarer under a stare."""

from __future__ import annotations

import numpy as np

from mien_trainer.expression.ease import pulse
from mien_trainer.frames import F32, FRAME_RATE, frame_times

GAP = (3.0, 6.0)
"""The seconds between blinks."""

STARE = 1.0
"""How much longer a gap is under wide eyes: this share of it at eyeWide 1."""

DOUBLE = 0.12
"""The share of blinks that another follows at once."""

CLOSING, CLOSED, OPENING = 0.08, 0.02, 0.12
"""The seconds of a blink: lids fall faster than they rise."""

_HASTE = 1.0
"""By how many seconds a gap is shorter at arousal 1, and longer at -1."""

_AGAIN = 0.28
"""The seconds from the start of a blink to that of its double."""


def blinks(arousal: F32, wide: F32, rng: np.random.Generator) -> F32:
    """How far blinks close the lids (N,), 0 to 1, given arousal (N,) and eyeWide (N,)."""
    times = frame_times(len(arousal))
    closed = np.zeros(len(times))
    start = -rng.uniform(0.0, GAP[0])
    last = len(times) / FRAME_RATE
    while True:
        frame = max(0, int(start * FRAME_RATE))
        gap = rng.uniform(*GAP) - _HASTE * float(arousal[frame])
        start += min(GAP[1], max(GAP[0], gap)) * (1.0 + STARE * float(wide[frame]))
        if start >= last:
            return closed.astype(np.float32)
        double = rng.random() < DOUBLE
        for begin in (start, start + _AGAIN) if double else (start,):
            one = pulse(times - begin, rise=CLOSING, hold=CLOSED, fall=OPENING)
            closed = np.maximum(closed, one)
