"""Curves for Unreal's import of CSV into an animation: a line a key, in whole frames.

Names begin with a capital, as Live Link and Unreal's own characters have them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mien.formats.take import Take, curve, even_weights, steady_take
from mien.formats.text_file import decimal


def pieces(take: Take) -> Iterator[str]:
    """The table of a take, at its own rate."""
    yield "curve_name,frame_number,value\n"
    even = steady_take(take.rate, take.channels, even_weights(take))
    for channel in even.channels:
        name = channel[:1].upper() + channel[1:]
        for moment, weight in zip(*curve(even, channel), strict=True):
            yield f"{name},{round(moment * even.rate)},{decimal(weight)}\n"
