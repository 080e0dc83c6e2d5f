"""Draws without a state: the same numbers for the same seed and place, in any language.

A draw is 32 bits mixed from its words by multiplications modulo 2^32 (the constants are those of
Chris Wellons' `lowbias32`, 2018), so that JavaScript's ``Math.imul`` gives the same.
"""

from __future__ import annotations

_WORD = 0xFFFFFFFF
_SCALE = 4294967296.0
_START = 0x9E3779B9


def bits(*words: int) -> int:
    """32 bits that depend on every one of ``words``, whole numbers from 0 on, and their order."""
    mixed = _START
    for word in words:
        mixed = (mixed ^ word) & _WORD
        mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & _WORD
        mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & _WORD
        mixed ^= mixed >> 16
    return mixed


def share(*words: int) -> float:
    """A number in [0, 1)."""
    return bits(*words) / _SCALE


def between(low: float, high: float, *words: int) -> float:
    """A number in [``low``, ``high``)."""
    return low + (high - low) * share(*words)
