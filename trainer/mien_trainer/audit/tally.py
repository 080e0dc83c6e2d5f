"""Sums over the frames of clips that belong together. C channels, N frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.audit.moments import Mask
from mien_trainer.audit.sketch import Sketch
from mien_trainer.frames import F32

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


class Part:
    """Weights and their changes over some of the frames.

    weights (C,) and motion (C,) are sums; motion is the absolute change between two frames that
    follow one another and are both counted, of which there are ``steps``.
    """

    def __init__(self, channels: int) -> None:
        self.frames = 0
        self.steps = 0
        self.weights: F64 = np.zeros(channels)
        self.motion: F64 = np.zeros(channels)

    def add(self, targets: F32, counted: Mask) -> None:
        """Count the frames of ``targets`` (N, C) that ``counted`` (N,) holds."""
        self.frames += int(counted.sum())
        self.weights += targets[counted].sum(axis=0, dtype=np.float64)
        both = counted[1:] & counted[:-1]
        self.steps += int(both.sum())
        self.motion += np.abs(np.diff(targets, axis=0))[both].sum(axis=0, dtype=np.float64)

    def merge(self, other: Part) -> None:
        """Count what ``other`` has counted, too."""
        self.frames += other.frames
        self.steps += other.steps
        self.weights += other.weights
        self.motion += other.motion


class Tally:
    """All that is summed for one group of clips.

    gap and rest are the sums over silent frames of how far the lips part, in the targets and in the
    bank's faces; expected (C,) is the sum of these faces; own counts the silent frames nearest to
    an archetype of their own label; nearest (A,) which archetype is nearest. ones (C,) counts
    weights of exactly 1 over all frames, zeros (C,) of exactly 0 over silent ones, both where the
    bank's face is elsewhere. kept and closures count p, b, m, f, v.
    """

    def __init__(self, channels: int, archetypes: int) -> None:
        self.clips = 0
        self.frames = 0
        self.silence = Part(channels)
        self.speech = Part(channels)
        self.gap = 0.0
        self.rest = 0.0
        self.expected: F64 = np.zeros(channels)
        self.distances = Sketch()
        self.own = 0
        self.nearest: I64 = np.zeros(archetypes, dtype=np.int64)
        self.ones: I64 = np.zeros(channels, dtype=np.int64)
        self.zeros: I64 = np.zeros(channels, dtype=np.int64)
        self.kept = 0
        self.closures = 0

    def merge(self, other: Tally) -> None:
        """Count what ``other`` has counted, too."""
        self.clips += other.clips
        self.frames += other.frames
        self.silence.merge(other.silence)
        self.speech.merge(other.speech)
        self.gap += other.gap
        self.rest += other.rest
        self.expected += other.expected
        self.distances.merge(other.distances)
        self.own += other.own
        self.nearest += other.nearest
        self.ones += other.ones
        self.zeros += other.zeros
        self.kept += other.kept
        self.closures += other.closures
