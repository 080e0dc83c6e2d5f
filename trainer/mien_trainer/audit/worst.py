"""The clips that differ most from the bank, kept with a face to look at."""

from __future__ import annotations

import heapq

from attrs import field, frozen

from mien_trainer.frames import F32

KEPT = 6


@frozen(kw_only=True, eq=False)
class Example:
    """A clip's median silent frame: how far it is off, its face (C,), and the bank's (C,)."""

    value: float
    shard: str
    clip: str
    source: str
    label: str
    frame: int
    face: F32 = field(repr=False)
    expected: F32 = field(repr=False)


class Worst:
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
