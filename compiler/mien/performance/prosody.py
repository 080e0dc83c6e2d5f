"""What the voice does to an expression beside its words: it breathes with it, inside its label.

A track says for every frame how far the voice stands out from its own running level (the column
`STRESS`) and how aroused it sounds beside it (`AROUSAL`), both in [-1, 1]. Stress moves the point
of a face along its label's own line, from the lowest anchor through those between to the highest:

    t  = clamp01((v - low) . u / (u . u))                     u = high - low
    v' = v + (P(clamp01(t + REACH s)) - P(t)) + (0, HINT a, 0)

where P is the line through the anchors at their own t. So a point stays where it is, bit for bit,
while nobody speaks, and one on the line stays on it. Everything is float64 in the order written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from attrs import field, frozen

from mien.engine.tables import LabelTable, Tables
from mien.performance.clock import F64
from mien.performance.expression import Slot, SlotCurve
from mien.performance.lips import LipTrack, prosody_of
from mien.twins import has_twin

STRESS, AROUSAL = 0, 1
"""The columns of a track's prosody."""

REACH = 0.2
"""How far along its label's line, which is 1 long, the voice moves a point at most."""

HINT = 0.2
"""By how much arousal in the voice moves the arousal of a point at most."""

_Point = tuple[float, float, float]


def gated(track: LipTrack) -> F64:
    """The prosody (F, 2) of a track as it is shown: nothing stands out while nobody speaks."""
    found = prosody_of(track).astype(np.float64)
    found[:, STRESS] *= track.speech
    return found


@frozen(kw_only=True)
class Line:
    """A label's line: where it begins, its way, and its anchors, each at its place in [0, 1]."""

    low: _Point
    way: _Point
    places: tuple[float, ...]
    anchors: tuple[_Point, ...]

    def moved(self, points: F64, stress: F64) -> F64:
        """Points (n, 3), moved along the line by stress (n,)."""
        return moved_along(self, points, stress)

    def place(self, points: F64) -> F64:
        """How far along the line (n,) points (n, 3) are."""
        (l0, l1, l2), (u0, u1, u2) = self.low, self.way
        along = (points[:, 0] - l0) * u0 + (points[:, 1] - l1) * u1 + (points[:, 2] - l2) * u2
        found: F64 = np.minimum(1.0, np.maximum(0.0, along / ((u0 * u0 + u1 * u1) + u2 * u2)))
        return found

    def at(self, places: F64) -> F64:
        """The points (..., 3) at places (...) along the line."""
        found = np.zeros((*places.shape, 3))
        for number, (begin, end) in enumerate(self._parts()):
            low, step = _way_between(self.anchors[number], self.anchors[number + 1])
            shown = low + ((places - begin) / (end - begin))[..., None] * step
            found = np.where((places >= begin)[..., None], shown, found) if number else shown
        return found

    @property
    def speed(self) -> float:
        """The most that a point moves on any axis a unit of the line."""
        return max(max(abs(one) for one in speed) for speed in self._speeds())

    @property
    def stretch(self) -> float:
        """How much faster than a point that moves by itself it may move on the line, at most."""
        speeds = self._speeds()
        turn = max(
            max(abs(a - b) for a, b in zip(one, other, strict=True))
            for one in speeds
            for other in ((0.0, 0.0, 0.0), *speeds)
        )
        square = sum(one * one for one in self.way)
        return 1.0 + turn * sum(abs(one) for one in self.way) / square

    def _parts(self) -> Sequence[tuple[float, float]]:
        return list(zip(self.places[:-1], self.places[1:], strict=True))

    def _speeds(self) -> list[_Point]:
        return [
            (
                (self.anchors[number + 1][0] - self.anchors[number][0]) / (end - begin),
                (self.anchors[number + 1][1] - self.anchors[number][1]) / (end - begin),
                (self.anchors[number + 1][2] - self.anchors[number][2]) / (end - begin),
            )
            for number, (begin, end) in enumerate(self._parts())
        ]


@has_twin("mien.performance.line_kernels")
def moved_along(line: Line, points: F64, stress: F64) -> F64:
    """Points (n, 3), moved along a line by stress (n,)."""
    place = line.place(points)
    to = np.minimum(1.0, np.maximum(0.0, place + REACH * stress))
    there, here = line.at(np.array((to, place)))
    moved: F64 = points + (there - here)
    return moved


@lru_cache(maxsize=256)
def arrays_of(line: Line) -> tuple[F64, F64, F64, F64]:
    """Where a line begins (3,), its way (3,), its anchors' places (k,) and they (k, 3)."""
    return np.array(line.low), np.array(line.way), np.array(line.places), np.array(line.anchors)


def line_of(table: LabelTable) -> Line | None:
    """The line of a label; None where its lowest and its highest anchor are one.

    Anchors between them that do not lie further on, each than the one before, are left out.
    """
    anchors: list[_Point] = [(v, a, d) for v, a, d in table.anchors.astype(np.float64).tolist()]
    (l0, l1, l2), (h0, h1, h2) = anchors[0], anchors[-1]
    way = (h0 - l0, h1 - l1, h2 - l2)
    if way == (0.0, 0.0, 0.0):
        return None
    whole = Line(low=anchors[0], way=way, places=(0.0, 1.0), anchors=(anchors[0], anchors[-1]))
    places = whole.place(np.array(anchors)).tolist()
    kept = [0]
    for number in range(1, len(anchors) - 1):
        if places[kept[-1]] < places[number] < 1.0:
            kept.append(number)
    return Line(
        low=anchors[0],
        way=way,
        places=(*(places[number] for number in kept), 1.0),
        anchors=(*(anchors[number] for number in kept), anchors[-1]),
    )


@lru_cache(maxsize=256)
def _way_between(low: _Point, high: _Point) -> tuple[F64, F64]:
    """A point (3,), and how far it is from there to another."""
    return np.array(low), np.array(high) - np.array(low)


class Lines:
    """The lines of a bank's labels."""

    def __init__(self, tables: Tables) -> None:
        self._lines = [line_of(table) for table in tables.labels]

    def __getitem__(self, label: int) -> Line | None:
        return self._lines[label]

    def spoken(
        self, curves: Mapping[Slot, SlotCurve], stress: F64, arousal: F64
    ) -> dict[Slot, SlotCurve]:
        """Slots whose points follow a voice (n,); what is played goes its own way."""
        if not (stress.any() or arousal.any()):
            return dict(curves)
        return {slot: self._spoken(slot, one, stress, arousal) for slot, one in curves.items()}

    def _spoken(self, slot: Slot, curve: SlotCurve, stress: F64, arousal: F64) -> SlotCurve:
        if slot.play:
            return curve
        line = self._lines[slot.label]
        points = curve.points.copy() if line is None else line.moved(curve.points, stress)
        points[:, 1] = points[:, 1] + HINT * arousal
        return SlotCurve(weights=curve.weights, points=points, sample=curve.sample)


@frozen(kw_only=True)
class VoiceChange:
    """How far a voice goes, and how much it changes in a frame: of stress, and of arousal."""

    stress: float = field(default=0.0)
    stress_step: float = field(default=0.0)
    arousal: float = field(default=0.0)
    arousal_step: float = field(default=0.0)

    def scaled(self, prosody: float, arousal: float) -> VoiceChange:
        """That of a voice that is followed by so much."""
        return VoiceChange(
            stress=self.stress * prosody,
            stress_step=self.stress_step * prosody,
            arousal=self.arousal * arousal,
            arousal_step=self.arousal_step * arousal,
        )


@frozen(kw_only=True)
class PointChange:
    """What a voice does to the points of a label, on any axis.

    It moves them by ``reach`` at most, by ``step`` in a frame; one that moves by itself moves up to
    ``stretch`` times as fast.
    """

    reach: float
    step: float
    stretch: float


def point_change(line: Line | None, voice: VoiceChange) -> PointChange:
    """What a voice does to the points on a line, proved: see the formula above."""
    reach, step, stretch = HINT * voice.arousal, HINT * voice.arousal_step, 1.0
    if line is not None and voice.stress > 0.0:
        along = REACH * line.speed
        reach, step, stretch = (
            reach + along * voice.stress,
            step + along * voice.stress_step,
            line.stretch,
        )
    return PointChange(reach=reach * _MORE, step=step * _MORE, stretch=stretch * _MORE)


_MORE = 1.0 + 1e-9
"""More than what rounding adds."""
