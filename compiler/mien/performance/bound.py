"""How much a performance changes in a frame, at most: a proof in closed form, channel by channel.

A smoothstep of length l rises by at most 1.5 / l a tick. With e_i the one of move i, the mixture
changes by (`mien.performance.expression` has the formula)

    sum_i de_i * (pose_i's mixture - the mixture before it)      cross-fading
    + sum_s w_s * df_s(v_s)                                      the points of faces that are shown

Each mixture lies, channel by channel, between the least and the greatest of the poses that it is
made of; a face that moves from its point by d, in the maximum norm, changes by at most d times the
slope that the bank's certificate proves, and so does df by the speed of v. Conflict adds what a
rival changes (`mien.certify.mixture`), life and gaze add the speeds of their own smoothsteps, and
lips are added as they are: what a track changes from frame to frame is counted, not proved. Where a
voice moves points along their label's line, each moves further and faster, by what
`mien.performance.prosody` proves of it for a voice that changes as this one did.

Dimension letters: C channels.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien.engine.tables import Tables
from mien.performance.clock import F64, FRAME, FRAME_RATE, PEAK_SPEED
from mien.performance.expression import Curves, Move, Pose, Slot
from mien.performance.prosody import Lines, PointChange, VoiceChange, point_change
from mien.timelines.bound import bound_of

MS_A_FRAME = 1000.0 / FRAME_RATE
ROUNDING = 2e-6
"""More than what rounding to float32 adds to the change of a weight."""


@frozen(kw_only=True, eq=False)
class Slope:
    """What a certificate proves of a face: change per unit of max-norm VAD step, at most.

    ``channels`` (C,) of each channel, ``mean`` of the mean over the channels that the bank moves.
    """

    channels: F64
    mean: float


Slopes = Callable[[Slot], Slope]
"""The slope of a slot; it is asked for those alone whose points move while they are seen."""


@frozen(kw_only=True, eq=False)
class Change:
    """What no frame passes: each channel's ``step`` (C,), and their ``mean``.

    ``high`` (C,) are weights that the channels never pass.
    """

    step: F64
    mean: float
    high: F64


@frozen(kw_only=True, eq=False)
class MoveChange:
    """The change while a move is under way."""

    move: Move
    change: Change


STILL = VoiceChange()
"""A voice that moves nothing."""


def expression_change(
    bank: Bank,
    first: Pose,
    moves: Sequence[Move],
    slopes: Slopes,
    moving: int,
    voice: VoiceChange = STILL,
) -> tuple[Change, tuple[MoveChange, ...]]:
    """The change of an expression without life, gaze and lips: of all of it, and move by move.

    ``moving`` is how many channels the bank can move, ``voice`` what its points follow.
    """
    proof = _Expression(bank, first, moves, slopes, moving, voice)
    parts = [(begin, end, proof.between(begin, end)) for begin, end in proof.parts()]
    begins = [begin for begin, _, _ in parts]
    rows = tuple(
        MoveChange(
            move=move,
            change=_greatest(
                [
                    part
                    for _, end, part in parts[
                        max(0, bisect_right(begins, move.start) - 1) : bisect_left(begins, move.end)
                    ]
                    if end > move.start
                ],
                len(bank.channels),
            ),
        )
        for move in moves
    )
    return _greatest([part for _, _, part in parts], len(bank.channels)), rows


def clamped(step: F64, mean: float, high: F64, moving: int) -> Change:
    """A change, of which a channel's is at most its greatest weight, and the mean that of all."""
    step = np.minimum(step, high)
    mean = min(mean, float(step.sum()) / max(1, moving), float(step.max(initial=0.0)))
    return Change(step=step, mean=mean, high=high)


def _greatest(changes: Iterable[Change], channels: int) -> Change:
    step, high, mean = np.zeros(channels), np.zeros(channels), 0.0
    for one in changes:
        step, high = np.maximum(step, one.step), np.maximum(high, one.high)
        mean = max(mean, one.mean)
    return Change(step=step, mean=mean, high=high)


class _Expression:
    def __init__(
        self,
        bank: Bank,
        first: Pose,
        moves: Sequence[Move],
        slopes: Slopes,
        moving: int,
        voice: VoiceChange,
    ) -> None:
        lines = Lines(bank.tables)
        self._voiced = {
            label: point_change(lines[label], voice)
            for label in range(len(bank.labels))
            if voice != STILL
        }
        curves = Curves(first)
        for move in moves:
            curves.add(move)
        self._curves, self._moves, self._gliding = curves, curves.moves, curves.gliding
        self._starts = [move.start for move in self._moves]
        self._bank, self._slopes, self._moving = bank, slopes, moving
        self._faces: dict[tuple[Slot, tuple[float, ...]], F64] = {}

    def parts(self) -> list[tuple[int, int]]:
        """The stretches of ticks between the beginnings and ends of moves, from the first on."""
        ends = {0, *(tick for move in self._moves[1:] for tick in (move.start, move.end))}
        stretches = list(pairwise(sorted(ends)))
        return [*stretches, (max(ends), max(ends) + 1)]

    def between(self, begin: int, end: int) -> Change:
        """What a frame within a stretch changes."""
        here = [
            at
            for at in range(self._curves.needed(begin), len(self._moves))
            if self._moves[at].start < end
        ]
        active = [at for at in here[1:] if self._moves[at].end > begin]
        low, high = zip(*(self._range(self._moves[at].pose, here) for at in here), strict=True)
        fade, path, mean_path = np.zeros(len(high[0])), np.zeros(len(high[0])), 0.0
        for at in active:
            rate = PEAK_SPEED * FRAME / max(self._moves[at].length, FRAME)
            own = here.index(at)
            under = np.minimum.reduce(low[:own])
            over = np.maximum.reduce(high[:own])
            fade = fade + rate * np.maximum(high[own] - under, over - low[own])
            going = [(slot, self._apart(slot, at, here)) for slot in self._gliding[at]]
            ways = [
                (self._slopes(slot), apart * self._voice(slot).stretch)
                for slot, apart in going
                if apart > 0.0
            ]
            if ways:  # any of them may be all that is seen
                path = path + rate * np.maximum.reduce([apart * s.channels for s, apart in ways])
                mean_path += rate * max(apart * s.mean for s, apart in ways)
        followed = [
            (self._slopes(slot), self._voice(slot).step)
            for slot in sorted({slot for at in here for slot in self._moves[at].pose.weights})
            if self._voice(slot).step > 0.0
        ]
        if followed:  # the weights sum to 1 at most
            path = path + np.maximum.reduce([way * s.channels for s, way in followed])
            mean_path += max(way * s.mean for s, way in followed)
        step = fade + path
        played = self._played(here)
        step, mean_path = step + played, mean_path + float(played.sum()) / max(1, self._moving)
        greatest = np.maximum.reduce(high)
        mean = float(fade.sum()) / max(1, self._moving) + mean_path
        slots = {slot for at in here for slot in self._moves[at].pose.weights}
        if len(slots) > 1:
            shared = rivals(step, greatest, self._bank.tables)
            mean += float((shared - step).sum()) / max(1, self._moving)
            step = shared
        return clamped(step, mean, greatest, self._moving)

    def _played(self, here: Sequence[int]) -> F64:
        """What the clips of the slots that may be seen change (C,)."""
        most = np.zeros(len(self._bank.channels))
        for at in here:
            clip = self._moves[at].clip
            if clip is not None:
                own = bound_of(clip).weight * MS_A_FRAME + ROUNDING
                most = np.maximum(most, rivals(own, np.ones(len(own)), self._bank.tables))
        return most

    def _range(self, pose: Pose, here: Sequence[int]) -> tuple[F64, F64]:
        """The least and the greatest weights of a pose's mixture while its slots may move."""
        low, high = np.zeros(len(self._bank.channels)), np.zeros(len(self._bank.channels))
        for slot, weight in pose.weights.items():
            face = self._face(slot, pose.point)
            others = [self._moves[at].pose for at in here]
            apart = max(_distance(o.point, pose.point) for o in others if slot in o.weights)
            apart += self._voice(slot).reach
            reach = apart * self._slopes(slot).channels if apart > 0.0 else 0.0
            if slot.play:  # a clip may show anything
                high = high + weight
                continue
            low = low + weight * np.maximum(0.0, face - reach)
            high = high + weight * np.minimum(1.0, face + reach)
        return low, np.minimum(1.0, high)

    def _voice(self, slot: Slot) -> PointChange:
        """What the voice does to the points of a slot; nothing to one that plays."""
        return _UNMOVED if slot.play else self._voiced.get(slot.label, _UNMOVED)

    def _apart(self, slot: Slot, at: int, here: Sequence[int]) -> float:
        """How far the point of a slot has to go at most when the move at ``at`` begins."""
        to = self._moves[at].pose.point
        return max(
            (
                _distance(self._moves[other].pose.point, to)
                for other in here
                if other < at and slot in self._moves[other].pose.weights
            ),
            default=0.0,
        )

    def _face(self, slot: Slot, point: tuple[float, float, float]) -> F64:
        found = self._faces.get((slot, point))
        if found is None:
            style = None if slot.style < 0 else np.array([slot.style], dtype=np.int32)
            labels = np.array([slot.label], dtype=np.int32)
            found = self._bank.faces(labels, [list(point)], style=style)[0].astype(np.float64)
            self._faces[slot, point] = found
        return found


_UNMOVED = PointChange(reach=0.0, step=0.0, stretch=1.0)


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def rivals(step: F64, high: F64, tables: Tables) -> F64:
    """The change (C,) once conflicts are resolved among channels that change by ``step`` (C,).

    The greater of two antagonists shows their difference where both may pass their cap: it changes
    by both their steps. A channel under a ceiling changes by its own step or by the ceiling's.
    """
    pairs: list[list[int]] = tables.pairs.tolist()
    met = np.zeros(len(step))
    for (a, b), cap in zip(pairs, tables.caps.tolist(), strict=True):
        if min(high[a], high[b]) > cap - ROUNDING:
            met[a], met[b] = max(met[a], step[b]), max(met[b], step[a])
    shown = step + met
    ceilings: list[list[int]] = tables.ceilings.tolist()
    for (a, b), slack in zip(ceilings, tables.slacks.tolist(), strict=True):
        if high[a] > slack - ROUNDING:
            shown[a] = max(shown[a], shown[b])
    return shown
