"""Where a face looks: eyes go first, in a saccade, the head follows, and the eyes turn back in it.

All in degrees, as in a `Take`: a yaw above 0 is towards the subject's right, a pitch above 0 down.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen

from mien.performance.clock import F64, FRAME, I64, PEAK_SPEED, TICKS, way

SACCADE = (0.021, 0.0022)
"""Seconds of a saccade, and by how many it is longer a degree (Carpenter 1988)."""

HEAD_LAG = 0.04
"""The seconds by which the head begins later than the eyes."""

HEAD_TURN = (0.25, 0.008)
"""Seconds of a turn of the head, and by how many it is longer a degree."""

HEAD_SHARE = 0.4
"""How much of a gaze the head takes over, where a score does not say."""

MOST = 60.0
"""The widest gaze, in degrees."""


DIRECTIONS: Mapping[str, tuple[float, float]] = {
    "ahead": (0.0, 0.0),
    "left": (-20.0, 0.0),
    "right": (20.0, 0.0),
    "up": (0.0, -15.0),
    "down": (0.0, 18.0),
}
"""Yaw and pitch in degrees of what people say in words."""


@frozen(kw_only=True)
class Look:
    """From the tick ``start`` on the face looks at ``yaw``, ``pitch``; the head takes a share."""

    start: int
    yaw: float
    pitch: float
    head: float = HEAD_SHARE


@frozen(kw_only=True)
class _Turn:
    """A movement of eyes or head to (yaw, pitch)."""

    start: int
    length: int
    to: tuple[float, float]


class Gaze:
    """Gaze and head over time; looks are added in order."""

    def __init__(self) -> None:
        self._at = (0.0, 0.0)
        self._head_at = (0.0, 0.0)
        self._eyes: list[_Turn] = [_Turn(start=-(1 << 60), length=0, to=(0.0, 0.0))]
        self._heads: list[_Turn] = list(self._eyes)

    def add(self, look: Look) -> None:
        """Add a look that begins no earlier than those before it."""
        to = (look.yaw + 0.0, look.pitch + 0.0)  # never -0
        head = (look.yaw * look.head + 0.0, look.pitch * look.head + 0.0)
        self._eyes.append(_turn(look.start, self._at, to, SACCADE))
        late = look.start + math.floor(HEAD_LAG * TICKS + 0.5)
        self._heads.append(_turn(late, self._head_at, head, HEAD_TURN))
        self._at, self._head_at = to, head

    @property
    def turns(self) -> tuple[Sequence[_Turn], Sequence[_Turn]]:
        """Those of the gaze and those of the head, the first of each at rest."""
        return tuple(self._eyes), tuple(self._heads)

    def close(self, start: int, length: int) -> None:
        """Look ahead again in ``length`` ticks from ``start`` on; later looks do not begin."""
        home = _Turn(start=start, length=length, to=(0.0, 0.0))
        for turns in (self._eyes, self._heads):
            turns[1:] = [one for one in turns[1:] if one.start < start]
            if len(turns) > 1:
                turns.append(home)

    def block(self, moments: I64) -> tuple[F64, F64]:
        """Yaw and pitch of the gaze (n, 2), and of the head (n, 2); blocks come in order."""
        return _curve(self._eyes, moments), _curve(self._heads, moments)


def turns_of(looks: Sequence[Look], home: int) -> tuple[float, float]:
    """By how many degrees the gaze, and the head, turn in a frame at most, on either axis.

    The way home at the end, in ``home`` ticks, is among it.
    """
    gaze = Gaze()
    for look in looks:
        gaze.add(look)
    found: list[float] = []
    for turns in gaze.turns:
        reach = max(max(abs(one.to[0]), abs(one.to[1])) for one in turns)
        speeds = [0.0]
        for before, turn in pairwise(turns):
            yaw, pitch = (abs(b - a) for a, b in zip(before.to, turn.to, strict=True))
            # One that is cut short leaves from between the two before it.
            way = max(yaw, pitch) if before.start + before.length <= turn.start else 2.0 * reach
            speeds.append(way * PEAK_SPEED * FRAME / max(FRAME, turn.length))
        under_way = _most_at_once(turns)
        back = reach * PEAK_SPEED * FRAME / max(FRAME, home)
        found.append(max(speeds) * under_way + back)
    return found[0], found[1]


def _most_at_once(turns: Sequence[_Turn]) -> int:
    """How many turns are under way at one time, at most."""
    starts = [one.start for one in turns[1:]]
    return max(
        (sum(one.start <= s < one.start + one.length for one in turns[1:]) for s in starts),
        default=0,
    )


def _turn(
    start: int, was: tuple[float, float], to: tuple[float, float], pace: tuple[float, float]
) -> _Turn:
    yaw, pitch = to[0] - was[0], to[1] - was[1]
    seconds = pace[0] + pace[1] * math.sqrt(yaw * yaw + pitch * pitch)
    return _Turn(start=start, length=math.floor(seconds * TICKS + 0.5), to=to)


def _curve(turns: list[_Turn], moments: I64) -> F64:
    if len(turns) == 1 or not len(moments):
        return np.full((len(moments), 2), turns[0].to)
    first = int(moments[0])
    over = [at for at, turn in enumerate(turns) if turn.start + turn.length <= first]
    del turns[: over[-1]]
    curve = np.full((len(moments), 2), np.array(turns[0].to))
    for turn in turns[1:]:
        if turn.start <= moments[-1]:
            come = way(moments, turn.start, turn.length)[:, None]
            curve = (1.0 - come) * curve + come * np.array(turn.to)
    return curve
