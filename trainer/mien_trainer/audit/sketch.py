"""Quantiles of numbers in [0, 1] that come in a stream, in memory that does not grow."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32

BINS = 4000
"""A quantile is right to one part in this many."""


class Sketch:
    """Counts of numbers by bins of equal width."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)

    def add(self, values: F32) -> None:
        """Count ``values`` (n,), each in [0, 1]."""
        bins = np.minimum((values.astype(np.float64) * BINS).astype(np.intp), BINS - 1)
        self._counts += np.bincount(bins, minlength=BINS)

    def merge(self, other: Sketch) -> None:
        """Count what ``other`` has counted, too."""
        self._counts += other._counts

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
