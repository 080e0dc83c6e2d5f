"""From values to places on a picture, and the round numbers to mark between."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import field, frozen

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_POWERS = 6
_NARROWEST = 1e-9  # of the size of its numbers; a narrower axis is widened


@frozen(kw_only=True)
class Axis:
    """What an axis says and spans; ``low`` and ``high`` left None come from the data.

    ``log``: a tenfold is as long everywhere; values at or below 0 have no place on it.
    """

    label: str = field(default="")
    low: float | None = field(default=None)
    high: float | None = field(default=None)
    log: bool = field(default=False)


OPEN = Axis()
"""An axis that its data decides."""

FROM_ZERO = Axis(low=0.0)
"""An axis that starts at 0."""


@frozen(kw_only=True)
class Scale:
    """``low`` to ``high`` drawn from ``start`` to ``end``, in pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = field(default=False)

    def __call__(self, value: float) -> float:
        """The place of ``value``; what lies outside is drawn at the edge."""
        low, high, at = (_along(one, self.log) for one in (self.low, self.high, value))
        share = min(1.0, max(0.0, (at - low) / (high - low)))
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 5) -> list[float]:
        """About ``count`` round numbers from low to high; on a log axis, powers of ten."""
        if self.log:
            first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
            every = max(1, -(-(last - first + 1) // _MOST_POWERS))
            return [10.0**power for power in range(first, last + 1, every)]
        step = _round_up((self.high - self.low) / count)
        lowest, highest = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(lowest, highest + 1)]

    def shows(self, value: float) -> bool:
        """Whether ``value`` has a place: it is a number, and above 0 on a log axis."""
        return math.isfinite(value) and (value > 0.0 or not self.log)


def scale(axis: Axis, values: Iterable[float], start: float, end: float) -> Scale:
    """The scale of ``axis`` over ``values``, with some room where it is open; never empty."""
    known = [value for value in values if math.isfinite(value) and (value > 0.0 or not axis.log)]
    low = axis.low if axis.low is not None else min(known, default=1.0 if axis.log else 0.0)
    high = axis.high if axis.high is not None else max(known, default=low)
    if axis.log:
        low = low if axis.low is not None else low / 1.15
        high = high if axis.high is not None else high * 1.15
        high = high if high > low * (1.0 + _NARROWEST) else low * 10.0
    else:
        room = 0.04 * (high - low)
        low = low if axis.low is not None else low - room
        high = high if axis.high is not None else high + room
        size = max(abs(low), abs(high))
        if high - low <= _NARROWEST * size:
            high = low + (0.1 * size or 1.0)
    return Scale(low=low, high=high, start=start, end=end, log=axis.log)


def shown(value: float) -> str:
    """A number as short as it reads well: 0.05, 1200, 34k."""
    size = abs(value)
    if 1e3 <= size < 1e4:
        return f"{value:.0f}"
    if 1e4 <= size < 1e6:
        return f"{value / 1e3:.3g}k"
    if 1e6 <= size < 1e9:
        return f"{value / 1e6:.3g}M"
    return f"{value + 0.0:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _along(value: float, log: bool) -> float:
    return math.log10(value) if log else value


def _round_up(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * one for one in _STEPS if power * one >= step * (1.0 - 1e-9))
