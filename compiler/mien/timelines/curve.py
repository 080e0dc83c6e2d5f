"""Keys being put together: one curve, and what swings or shakes on it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

Value = tuple[float, float]
"""Gain and offset of a channel; degrees and 0 of head and gaze."""


@frozen(kw_only=True)
class Point:
    """A value at a whole millisecond, and the number of the easing that leads to it."""

    t: int
    value: Value
    easing: int


@define(kw_only=True)
class Curve:
    """Points in order of time; each is later than the one before."""

    points: list[Point] = field(factory=list[Point])

    @property
    def last(self) -> Point:
        """The point that the curve has come to."""
        return self.points[-1]

    def move(self, t: int, value: Value, easing: int, over: int | None = None) -> None:
        """Go on to ``value`` at ``t``, from the last point or from ``over`` ms before ``t``.

        What would go back in time is left out: lint says so to its author.
        """
        begin = self.last.t if over is None else t - over
        if t <= self.last.t:
            if t == self.last.t:
                self.points[-1] = Point(t=t, value=value, easing=self.last.easing)
            return
        if begin > self.last.t:
            self.points.append(Point(t=begin, value=self.last.value, easing=0))
        self.points.append(Point(t=t, value=value, easing=easing))

    def insert(self, begin: int, swings: list[tuple[int, Value]]) -> None:
        """Leave the value held from ``begin`` on for ``swings``, which come back to it."""
        before = [point for point in self.points if point.t <= begin]
        after = self.points[len(before) :]
        held = before[-1]
        if held.t < begin:
            before.append(Point(t=begin, value=held.value, easing=0))
        limit = after[0].t if after else None
        swung = [
            Point(t=t, value=value, easing=0)
            for t, value in swings
            if t > begin and (limit is None or t < limit)
        ]
        self.points = [*before, *swung, *after]

    def held_at(self, t: int) -> Value:
        """The value of the last point at or before ``t``."""
        return [point.value for point in self.points if point.t <= t][-1]


def pulse_times(begin: int, end: int, hz: float) -> list[int]:
    """Turning points of a swing: away at the odd ones, back at the even ones, the last is back."""
    half = 500.0 / hz
    count = int((end - begin) / half)
    count -= count % 2
    return [begin + int(j * half + 0.5) for j in range(1, count + 1)]


def tremor_points(
    begin: int, end: int, hz: tuple[float, float], amount: float, seed: int
) -> Iterator[tuple[int, float]]:
    """Turning points of a shake: times, and how far from where it was; the last is 0.

    Drawn by the linear congruence x = (1664525 x + 1013904223) mod 2**32 (Numerical Recipes), twice
    a point: where in ``hz`` its half swing lies, and how much of ``amount`` it takes, half or more.
    """
    state = (seed * 2_654_435_761) % 2**32

    def drawn() -> float:
        nonlocal state
        state = (1_664_525 * state + 1_013_904_223) % 2**32
        return state / 2**32

    t, sign = begin, 1.0
    while True:
        rate = hz[0] + (hz[1] - hz[0]) * drawn()
        step = max(1, int(500.0 / rate + 0.5))
        away = sign * amount * (0.5 + 0.5 * drawn())
        if t + 2 * step > end:
            break
        t += step
        yield t, away
        sign = -sign
    if t > begin:
        yield min(end, t + max(1, int(500.0 / hz[1] + 0.5))), 0.0
