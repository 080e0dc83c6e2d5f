"""Numbers that are the same on every machine and under every NumPy: splitmix64 in integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FRACTION_BITS = 24

Item = TypeVar("Item")


class Stream:
    """A sequence of pseudo-random numbers told by its seed alone."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, count: int) -> int:
        """A whole number in [0, count)."""
        return (self.bits() >> 11) % count

    def fraction(self) -> float:
        """A multiple of 2**-24 in [0, 1): exact as float32."""
        return (self.bits() >> (64 - _FRACTION_BITS)) / float(1 << _FRACTION_BITS)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.fraction()

    def chance(self, share: float) -> bool:
        """True in about ``share`` of the calls."""
        return self.fraction() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]
