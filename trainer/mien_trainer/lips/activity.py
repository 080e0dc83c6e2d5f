"""How much is spoken: what fades expressions at the mouth, and fades them back in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.frames import F32, frame_times
from mien_trainer.phonemes import SILENCE, Phoneme

RAMP = 0.12
"""Seconds from silence to speech, before the sound, and back, after it."""

BRIDGED = 0.25
"""A pause shorter than this is still speech."""


def speech_activity(phonemes: Sequence[Phoneme], frames: int) -> F32:
    """1 in frames (N,) with speech, 0 in silence, and smooth between.

    It rises ahead of the sound and falls after it; pauses shorter than `BRIDGED` stay at 1.
    """
    times = frame_times(frames)
    activity = np.zeros(frames)
    for start, end in _runs(phonemes):
        inside = np.minimum(times - start, end - times)
        ramp = np.clip(inside / RAMP + 1.0, 0.0, 1.0)
        activity = np.maximum(activity, ramp * ramp * (3.0 - 2.0 * ramp))
    return activity.astype(np.float32)


def _runs(phonemes: Sequence[Phoneme]) -> list[tuple[float, float]]:
    """Start and end of each stretch of speech, in seconds."""
    runs: list[tuple[float, float]] = []
    for phoneme in phonemes:
        if phoneme.symbol == SILENCE:
            continue
        if runs and phoneme.start - runs[-1][1] < BRIDGED:
            runs[-1] = (runs[-1][0], max(runs[-1][1], phoneme.end))
        else:
            runs.append((phoneme.start, phoneme.end))
    return runs
