"""What moves in a living face beside its expression: lids, gaze, brows, head and breath.

All of it follows from a seed and the frame (`mien.performance.draws`), so that the same score lives
alike in one piece or in blocks. Event n of a kind draws from its own words, (seed, kind, n, which).
Brows and head follow stressed syllables (Ekman 1979 calls them batons), a little ahead of the
voice; blinks come more often when aroused, and are held back while eyes are wide.

Dimension letters: n frames of a block.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
from attrs import field, frozen

from mien.performance.clock import F64, FRAME, FRAME_RATE, ticks
from mien.performance.draws import between, share
from mien.performance.life_curves import DRIFT_FRAMES, SUMS, TIMES, life_curves

LOOK_AHEAD = 4
"""Frames by which brows and head see stressed syllables before they are heard."""

BLINK_CLOSING, BLINK_CLOSED, BLINK_OPENING = ticks(0.08), ticks(0.02), ticks(0.12)
"""A blink in ticks: lids fall faster than they rise, and one frame at least is closed."""

BLINK_FRAMES = -(-(BLINK_CLOSING + BLINK_CLOSED + BLINK_OPENING) // FRAME)
BLINK_GAP = (3.0, 6.0)
"""The seconds between blinks."""

BLINK_HASTE = 1.0
"""By how many seconds a gap is shorter at arousal 1, and longer at -1."""

BLINK_AGAIN = 17
"""The frames from the start of a blink to that of its double."""

DOUBLE_BLINKS = 0.12
"""The share of blinks that another follows at once."""

STARE = 0.5
"""Eyes as wide as this hold blinks back; one that was held back comes when they narrow."""

GLANCE_GAP, GLANCE_HOLD = (1.0, 3.5), (0.1, 0.5)
"""The seconds between glances, and of one."""

SACCADE = ticks(0.05)
MICRO_SHARE = 0.6
"""The share of glances that are as small as fixational movements."""

MICRO_DEGREES, GLANCE_DEGREES = (0.4, 1.2), (1.5, 5.0)
FLAT = 0.6
"""Eyes move less up and down than to the sides."""

BROW_SHARE, BROW_HEIGHT = 0.6, (0.05, 0.14)
"""Of the stressed syllables, those that the brows follow, and how far they rise, in weights."""

BROW_RISE, BROW_HOLD, BROW_FALL = ticks(0.14), ticks(0.06), ticks(0.26)
NOD_SHARE, NOD_DEGREES = 0.7, (0.8, 2.4)
NOD_RISE, NOD_HOLD, NOD_FALL = ticks(0.16), ticks(0.03), ticks(0.34)
BEATS_APART = 24
"""The least frames between syllables that brows and head follow."""

STRESS_HEIGHT, STRESS_DEGREES = 0.12, 1.2
"""How far brows rise, in weights, and the head nods while the voice stands out in full."""

BREATH = (4.2, 0.9)
"""The seconds of a breath at arousal 0, and by how many it is shorter at arousal 1."""

BREATH_DEGREES = 0.5
"""How far the head is lifted by a breath."""

DRIFT_DEGREES = (1.3, 0.9, 0.8)
"""How far it drifts in yaw, pitch and roll, at most; half as far in silence."""


class _Kind(IntEnum):
    BLINK, GLANCE, BROW, NOD, BREATH, DRIFT = range(1, 7)


_PLACES = {_Kind.GLANCE: 0, _Kind.BROW: 2, _Kind.NOD: 3, _Kind.BREATH: 4, _Kind.BLINK: SUMS}
"""Where movements of a kind go, in the curves."""


@frozen(kw_only=True)
class LifeSettings:
    """How much of each there is: 1 as usual, 0 none. ``blinks`` and ``glances`` are how often.

    ``prosody`` is how much brows, head and intensity follow the voice, ``arousal`` how much it
    moves the point's own arousal (`mien.performance.prosody`): none where nothing is said.
    """

    blinks: float = field(default=1.0)
    glances: float = field(default=1.0)
    brows: float = field(default=1.0)
    head: float = field(default=1.0)
    breath: float = field(default=1.0)
    prosody: float = field(default=0.0)
    arousal: float = field(default=0.0)

    @property
    def follows(self) -> bool:
        """Whether anything follows the voice."""
        return self.prosody > 0.0 or self.arousal > 0.0


@frozen(kw_only=True, eq=False)
class LifeBlock:
    """Small movements over a block.

    ``lids`` (n,) how far a blink closes them, 0 to 1; ``eyes`` (n, 2) yaw and pitch in degrees that
    they turn by; ``brows`` (n,) raised, in weights; ``head`` (n, 3) yaw, pitch and roll in degrees.
    """

    lids: F64
    eyes: F64
    brows: F64
    head: F64


class Life:
    """The life of one performance, block by block, in order."""

    def __init__(self, seed: int, settings: LifeSettings) -> None:
        self._seed = seed
        self._settings = settings
        self._counts = dict.fromkeys(_Kind, 0)
        self._movements: list[tuple[float, ...]] = []
        self._blink = self._frames(_Kind.BLINK, (0.6, 3.6), 0)
        self._glance = self._frames(_Kind.GLANCE, GLANCE_GAP, 0)
        self._breath = 0
        self._beat = -BEATS_APART
        self._again = False

    def block(
        self,
        first: int,
        *,
        arousal: F64,
        wide: F64,
        speech: F64,
        emphases: F64,
        end: int | None,
        gaps: F64 | None = None,
        stress: F64 | None = None,
    ) -> LifeBlock:
        """The life of n frames from ``first`` on.

        ``arousal`` and ``speech`` (n,), ``wide`` (n,) how wide the eyes are, ``emphases``
        (n,) of the frames `LOOK_AHEAD` later; ``gaps`` (n, 2) the least and most seconds between
        blinks where a label says them, 0 elsewhere; ``stress`` (n,) in [-1, 1] how far the voice
        stands out; ``end`` is the number of frames of the whole, if it is known: nothing begins
        that would not be over by then.
        """
        frames = len(arousal)
        last = first + frames
        self._begin_blinks(first, arousal, wide, end, gaps)
        while self._glance < last:
            self._begin_glance()
        self._begin_beats(first, emphases)
        while self._breath < last:
            self._begin_breath(float(arousal[max(0, self._breath - first)]))
        self._movements = [one for one in self._movements if sum(one[:TIMES]) > first * FRAME]
        cells = range(first // DRIFT_FRAMES, (last - 1) // DRIFT_FRAMES + 2)
        loud = np.zeros(frames) if stress is None else np.maximum(0.0, stress)
        lids, eyes, brows, head = life_curves(
            first,
            end or 0,
            np.array(self._movements).reshape(-1, TIMES + SUMS + 1),
            np.array([_drift_point(self._seed, cell) for cell in cells]).reshape(-1, 3),
            speech,
            loud * self._settings.prosody,
            STRESS_HEIGHT * self._settings.brows,
            STRESS_DEGREES * self._settings.head,
            self._settings.head,
        )
        return LifeBlock(lids=lids, eyes=eyes, brows=brows, head=head)

    def _begin_blinks(
        self, first: int, arousal: F64, wide: F64, end: int | None, gaps: F64 | None
    ) -> None:
        last = first + len(arousal)
        rate = self._settings.blinks
        while rate > 0.0 and self._blink < last:
            free = np.flatnonzero(wide[self._blink - first :] < STARE)
            if not len(free):
                self._blink = last
                return
            frame = self._blink + int(free[0])
            if end is not None and frame + BLINK_FRAMES >= end:
                self._blink = last
                return
            self._add(_Kind.BLINK, frame, (1.0,), BLINK_CLOSING, BLINK_CLOSED, BLINK_OPENING)
            double = not self._again and self._share(_Kind.BLINK, 1) < DOUBLE_BLINKS
            self._again = double
            low, high = (0.0, 0.0) if gaps is None else gaps[frame - first].tolist()
            if high > 0.0:
                gap = self._between(_Kind.BLINK, (low, high), 2)
            else:
                haste = BLINK_HASTE * float(arousal[frame - first])
                gap = self._between(_Kind.BLINK, BLINK_GAP, 2) - haste
            self._blink = frame + (BLINK_AGAIN if double else max(30, int(gap / rate * FRAME_RATE)))

    def _begin_glance(self) -> None:
        kind, rate = _Kind.GLANCE, self._settings.glances
        small = self._share(kind, 1) < MICRO_SHARE
        size = self._between(kind, MICRO_DEGREES if small else GLANCE_DEGREES, 2)
        yaw = self._between(kind, (-1.0, 1.0), 3) * size
        pitch = self._between(kind, (-FLAT, FLAT), 4) * size
        hold = self._between(kind, GLANCE_HOLD, 5)
        frame = self._glance
        gap = self._between(kind, GLANCE_GAP, 6)
        self._glance = frame + max(12, int((hold + gap / max(rate, 0.1)) * FRAME_RATE))
        if rate > 0.0:
            self._add(kind, frame, (yaw, pitch), SACCADE, ticks(hold), SACCADE)

    def _begin_beats(self, first: int, emphases: F64) -> None:
        for offset in np.flatnonzero(emphases).tolist():
            frame = first + offset
            if frame - self._beat < BEATS_APART:
                continue
            self._beat = frame
            strong = float(emphases[offset])
            raised = self._share(_Kind.BROW, 1) < BROW_SHARE
            height = self._between(_Kind.BROW, BROW_HEIGHT, 2) * strong * self._settings.brows
            nods = self._share(_Kind.NOD, 1) < NOD_SHARE
            depth = self._between(_Kind.NOD, NOD_DEGREES, 2) * strong * self._settings.head
            shown = (height if raised else 0.0,)
            self._add(_Kind.BROW, frame, shown, BROW_RISE, BROW_HOLD, BROW_FALL)
            self._add(_Kind.NOD, frame, (depth if nods else 0.0,), NOD_RISE, NOD_HOLD, NOD_FALL)

    def _begin_breath(self, arousal: float) -> None:
        seconds = BREATH[0] - BREATH[1] * arousal
        deep = self._between(_Kind.BREATH, (0.7, 1.0), 1)
        size = (BREATH_DEGREES * deep * self._settings.breath,)
        rise, fall = ticks(0.4 * seconds), ticks(0.5 * seconds)
        self._add(_Kind.BREATH, self._breath, size, rise, 0, fall)
        self._breath += int(seconds * FRAME_RATE)

    def _add(
        self, kind: _Kind, frame: int, size: tuple[float, ...], rise: int, hold: int, fall: int
    ) -> None:
        sizes = [0.0] * (SUMS + 1)
        sizes[_PLACES[kind] : _PLACES[kind] + len(size)] = size
        self._movements.append((float(frame * FRAME), rise, hold, fall, *sizes))
        self._counts[kind] += 1

    def _share(self, kind: _Kind, which: int) -> float:
        return share(self._seed, kind, self._counts[kind], which)

    def _between(self, kind: _Kind, span: tuple[float, float], which: int) -> float:
        return between(*span, self._seed, kind, self._counts[kind], which)

    def _frames(self, kind: _Kind, seconds: tuple[float, float], which: int) -> int:
        return int(self._between(kind, seconds, which) * FRAME_RATE)


@lru_cache(maxsize=64)
def _drift_point(seed: int, cell: int) -> tuple[float, ...]:
    """Yaw, pitch and roll that the head drifts through."""
    return tuple(
        0.0 if cell == 0 else between(-1.0, 1.0, seed, _Kind.DRIFT, cell, axis) * most
        for axis, most in enumerate(DRIFT_DEGREES)
    )
