"""Sound that comes in pieces of any length, and the windows about each frame's moment in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import numpy as np

from mien_trainer.frames import F32, frame_count, frame_sample

_BLOCK = 256
"""Frames at a time: they stay in the cache."""


Answer = TypeVar("Answer")


class Listener(ABC, Generic[Answer]):
    """Answers sound that comes in pieces; memory stays flat."""

    @abstractmethod
    def push(self, samples: F32) -> Answer:
        """What ``samples`` of mono 16 kHz sound complete."""

    @abstractmethod
    def finish(self) -> Answer:
        """The last of it, once no more sound comes."""

    def stream(self, blocks: Iterable[F32]) -> Iterator[Answer]:
        """What is answered to each block of sound, then the last of it."""
        for block in blocks:
            yield self.push(block)
        yield self.finish()


class FrameWindows(Listener[F32]):
    """What is heard in each window; the same bits in any pieces, and memory stays flat.

    A window is there once its last sample is; what lies outside of the sound is 0.
    """

    def __init__(self, hear: Callable[[F32], F32], *, columns: int, width: int, lead: int) -> None:
        """``hear`` gives a row (n, ``columns``) for each window (n, ``width``), one at least.

        They come in order; ``lead`` samples of a window are before the frame's moment.
        """
        self._hear, self._columns = hear, columns
        self._width, self._lead = width, lead
        self._held: F32 = np.zeros(lead, dtype=np.float32)
        self._first = -lead
        self._received = self._frame = 0

    def push(self, samples: F32) -> F32:
        """The rows (n, columns) of the windows that ``samples`` of mono 16 kHz sound complete."""
        self._held = np.concatenate((self._held, samples), dtype=np.float32)
        self._received += len(samples)
        return self._take(frame_count(self._received - (self._width - self._lead) + 1))

    def finish(self, silent: int = 0) -> F32:
        """The last frames (n, columns) and ``silent`` more. Nothing can be pushed after."""
        zeros = np.zeros(self._width + frame_sample(silent + 1), dtype=np.float32)
        self._held = np.concatenate((self._held, zeros))
        return self._take(frame_count(self._received) + silent)

    def _take(self, end: int) -> F32:
        """The frames before ``end`` that were not given yet; forgets the samples they leave."""
        end = max(end, self._frame)
        rows = [
            self._hear(self._windows(begin, min(begin + _BLOCK, end)))
            for begin in range(self._frame, end, _BLOCK)
        ]
        self._frame = end
        gone = frame_sample(end) - self._lead - self._first
        self._held, self._first = self._held[gone:], self._first + gone
        if len(rows) == 1:
            return rows[0]
        return np.concatenate([np.zeros((0, self._columns), dtype=np.float32), *rows])

    def _windows(self, begin: int, end: int) -> F32:
        before = self._lead + self._first
        starts = [frame_sample(frame) - before for frame in range(begin, end)]
        parts = [self._held[start : start + self._width] for start in starts]
        return np.concatenate(parts).reshape(len(parts), self._width)
