"""Small glances on a seeded clock: both eyes leave the point of regard together and come back."""

from __future__ import annotations

import numpy as np

from mien_trainer.expression.ease import pulse
from mien_trainer.frames import F32, FRAME_RATE, frame_times

DEGREES = 30.0
"""How far an eye turns at weight 1."""

GAP = (1.0, 3.5)
"""The seconds between glances."""

HOLD = (0.1, 0.5)
"""The seconds of a glance."""

SACCADE = 0.05
"""The seconds of the movement itself."""

MICRO = 0.6
"""The share of glances that are as small as fixational movements."""

MICRO_DEGREES, GLANCE_DEGREES = (0.4, 1.2), (1.5, 5.0)

_FLAT = 0.6
"""Eyes move less up and down than to the sides."""


def glances(frames: int, rng: np.random.Generator) -> F32:
    """How far the eyes turn (N, 2) to the character's left and up, in weights; mostly 0."""
    times = frame_times(frames)
    turned = np.zeros((frames, 2))
    start = rng.uniform(0.0, GAP[1])
    while start < frames / FRAME_RATE:
        hold = rng.uniform(*HOLD)
        size = rng.uniform(*(MICRO_DEGREES if rng.random() < MICRO else GLANCE_DEGREES)) / DEGREES
        angle = rng.uniform(0.0, 2.0 * np.pi)
        way = size * np.array([np.cos(angle), _FLAT * np.sin(angle)])
        turned += pulse(times - start, rise=SACCADE, hold=hold, fall=SACCADE)[:, None] * way
        start += hold + 2.0 * SACCADE + rng.uniform(*GAP)
    return turned.astype(np.float32)
