"""How often the labels that are shown blink, and when not, as their timelines in the bank say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.bank import Bank
from mien.performance.clock import F64, FRAME, TICKS, frame_ticks
from mien.performance.expression import Move, Slot, SlotCurve


class BlinkHabits:
    """The habits of a performance's labels; moves are told in any order, blocks come in order."""

    def __init__(self, bank: Bank) -> None:
        self._labels = [
            None if timeline is None else timeline.blinks
            for timeline in (bank.timelines.get(label) for label in bank.labels)
        ]
        self._holds: list[tuple[int, int]] = []

    def add(self, move: Move) -> None:
        """A move; the labels that it turns to may hold blinks back from its start on."""
        for slot in move.pose.weights:
            blinks = self._labels[slot.label]
            if blinks is not None and blinks.suppressed:
                self._holds.append((move.start, blinks.suppressed * TICKS // 1000))

    def cut(self, moment: int) -> None:
        """Forget every move that begins at ``moment`` or later."""
        self._holds = [one for one in self._holds if one[0] < moment]

    def block(self, curves: Mapping[Slot, SlotCurve], first: int, frames: int) -> tuple[F64, F64]:
        """1 (n,) where blinks are held back, and the seconds between two (n, 2), least and most.

        The seconds are those of the label with the greatest weight, the first of equals; 0 where it
        does not say.
        """
        held, gaps, greatest = np.zeros(frames), np.zeros((frames, 2)), np.zeros(frames)
        moments = frame_ticks(first, frames)
        self._holds = [one for one in self._holds if sum(one) > first * FRAME]
        for start, length in self._holds:
            held[(moments >= start) & (moments < start + length)] = 1.0
        for slot, curve in curves.items():
            blinks = self._labels[slot.label]
            more = curve.weights > greatest
            greatest = np.maximum(greatest, curve.weights)
            said = (0.0, 0.0) if blinks is None else (blinks.least / 1000.0, blinks.most / 1000.0)
            gaps[more] = said
        return held, gaps
