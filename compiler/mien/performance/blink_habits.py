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
        self._turns: list[tuple[int, frozenset[int]]] = []
        """The start of each move that is not over, and the labels that it turns to."""
        self._shown: frozenset[int] = frozenset()
        """The labels of the last move that is over."""

    def add(self, move: Move) -> None:
        """A move; labels that were not shown before it may hold blinks back from its start on."""
        self._turns.append((move.start, frozenset(slot.label for slot in move.pose.weights)))

    def cut(self, moment: int) -> None:
        """Forget every move that begins at ``moment`` or later."""
        self._turns = [one for one in self._turns if one[0] < moment]

    def _holds(self, begin: int) -> list[tuple[int, int]]:
        """Start and length of what holds blinks back at ``begin`` or later; older moves go."""
        turns = sorted(self._turns, key=lambda one: one[0])
        holds: list[tuple[int, int]] = []
        before, over = self._shown, 0
        for start, labels in turns:
            length = max((self._suppressed(label) for label in labels - before), default=0)
            if start + length > begin:
                holds.append((start, length))
            elif not holds:
                over += 1
                self._shown = labels
            before = labels
        self._turns = turns[over:]
        return holds

    def _suppressed(self, label: int) -> int:
        blinks = self._labels[label]
        return 0 if blinks is None else blinks.suppressed * TICKS // 1000

    def block(self, curves: Mapping[Slot, SlotCurve], first: int, frames: int) -> tuple[F64, F64]:
        """1 (n,) where blinks are held back, and the seconds between two (n, 2), least and most.

        The seconds are those of the label with the greatest weight, the first of equals; 0 where it
        does not say.
        """
        held, gaps, greatest = np.zeros(frames), np.zeros((frames, 2)), np.zeros(frames)
        moments = frame_ticks(first, frames)
        for start, length in self._holds(first * FRAME):
            held[(moments >= start) & (moments < start + length)] = 1.0
        for slot, curve in curves.items():
            blinks = self._labels[slot.label]
            more = curve.weights > greatest
            greatest = np.maximum(greatest, curve.weights)
            said = (0.0, 0.0) if blinks is None else (blinks.least / 1000.0, blinks.most / 1000.0)
            gaps[more] = said
        return held, gaps
