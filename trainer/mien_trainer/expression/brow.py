"""Brows that rise a little with emphasised words (Ekman 1979 calls them batons)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.expression.ease import pulse
from mien_trainer.frames import F32, frame_times

SHARE = 0.6
"""Of the emphases that the brows follow."""

HEIGHT = (0.05, 0.14)
"""How far they rise, in weights."""

EARLY = 0.06
"""The seconds by which brows are ahead of the voice."""

RISE, HOLD, FALL = 0.14, 0.06, 0.26
"""The seconds of a rise."""


def brow_raises(frames: int, moments: Sequence[float], rng: np.random.Generator) -> F32:
    """How far the brows rise (N,), in weights, with emphases at ``moments``; mostly 0."""
    times = frame_times(frames)
    raised = np.zeros(frames)
    for moment in moments:
        followed, height = rng.random() < SHARE, rng.uniform(*HEIGHT)
        if followed:
            one = pulse(times - (moment - EARLY), rise=RISE, hold=HOLD, fall=FALL)
            raised = np.maximum(raised, height * one)
    return raised.astype(np.float32)
