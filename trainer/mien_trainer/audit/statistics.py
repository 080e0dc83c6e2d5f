"""Sums over the frames of clips that belong together. C channels, N frames."""

from __future__ import annotations

import heapq
from typing import Self

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien_trainer.audit.limits import SETTLE, SILENT, SPOKEN
from mien_trainer.frames import F32

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Sums:
    """Attributes that are all sums, or counts, or such sums again."""

    def merge(self, other: Self) -> None:
        """Count what ``other`` has counted, too."""
        for name, value in vars(other).items():
            own = getattr(self, name)
            if isinstance(own, Sums):
                own.merge(value)
            else:
                setattr(self, name, own + value)


class ChannelStatistics(Sums):
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


class GroupStatistics(Sums):
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
        self.silence = ChannelStatistics(channels)
        self.speech = ChannelStatistics(channels)
        self.gap = 0.0
        self.rest = 0.0
        self.expected: F64 = np.zeros(channels)
        self.distances = Histogram()
        self.own = 0
        self.nearest: I64 = np.zeros(archetypes, dtype=np.int64)
        self.ones: I64 = np.zeros(channels, dtype=np.int64)
        self.zeros: I64 = np.zeros(channels, dtype=np.int64)
        self.kept = 0
        self.closures = 0


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


BINS = 4000
"""A quantile is right to one part in this many."""


class Histogram(Sums):
    """Counts of numbers by bins of equal width."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)

    def add(self, values: F32) -> None:
        """Count ``values`` (n,), each in [0, 1]."""
        bins = np.minimum((values.astype(np.float64) * BINS).astype(np.intp), BINS - 1)
        self._counts += np.bincount(bins, minlength=BINS)

    def quantile(self, share: float) -> float:
        """The middle of the bin below or in which ``share`` of the numbers lie; 0.0 of none."""
        total = int(self._counts.sum())
        if total == 0:
            return 0.0
        wanted = max(1, int(np.ceil(share * total)))
        return (int(np.searchsorted(np.cumsum(self._counts), wanted)) + 0.5) / BINS

    def histogram(self, bins: int, high: float) -> tuple[int, ...]:
        """Counts of ``bins`` equal bins from 0 to ``high``; ``BINS * high / bins`` is whole."""
        per = round(BINS * high / bins)
        kept = self._counts[: per * bins].reshape(bins, per).sum(axis=1)
        return tuple(int(count) for count in kept)


KEPT = 6


@frozen(kw_only=True, eq=False)
class Example:
    """A clip's median silent frame: how far it is off, its face (C,), and the bank's (C,)."""

    shard: str
    clip: str
    source: str
    label: str
    frame: int
    value: float
    face: F32 = field(repr=False)
    expected: F32 = field(repr=False)


class LargestExamples:
    """The ``KEPT`` examples of greatest value; of equal ones those that came first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Example]] = []
        self._met = 0

    def add(self, example: Example) -> None:
        """Keep it, if it is among the worst."""
        self._met += 1
        entry = (example.value, -self._met, example)
        if len(self._heap) < KEPT:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def examples(self) -> tuple[Example, ...]:
        """From the worst on."""
        return tuple(example for *_, example in sorted(self._heap, key=lambda e: e[:2])[::-1])
