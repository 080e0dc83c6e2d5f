"""Which frames are silent, and which speak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.audit.limits import SETTLE, SILENT, SPOKEN
from mien_trainer.frames import F32

Mask = npt.NDArray[np.bool_]


def silent_frames(speech: F32) -> Mask:
    """Frames (N,) with no speech (N,) within ``SETTLE`` frames on either side."""
    loud = np.concatenate(([0], np.cumsum(speech > SILENT)))
    place = np.arange(len(speech))
    before = np.maximum(place - SETTLE, 0)
    after = np.minimum(place + SETTLE + 1, len(speech))
    silent: Mask = loud[after] == loud[before]
    return silent


def spoken_frames(speech: F32) -> Mask:
    """Frames (N,) that are mostly speech."""
    spoken: Mask = speech >= SPOKEN
    return spoken
