"""The one clock: audio at 16 kHz, faces at 60 frames a second.

Frame k stands for the moment k / 60 s. Dimension letters: N frames, C channels (52).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000
"""Samples of audio a second; all audio is mono float32 in [-1, 1] at this rate."""

FRAME_RATE = 60
"""Faces a second."""


def frame_count(samples: int) -> int:
    """How many frames begin within ``samples`` samples of audio."""
    return -(-samples * FRAME_RATE // SAMPLE_RATE)


def frame_sample(frame: int) -> int:
    """The sample at which a frame's moment lies, rounded down."""
    return frame * SAMPLE_RATE // FRAME_RATE


def frame_times(frames: int) -> npt.NDArray[np.float64]:
    """The moments of frames in seconds, (N,)."""
    return np.arange(frames, dtype=np.float64) / FRAME_RATE
