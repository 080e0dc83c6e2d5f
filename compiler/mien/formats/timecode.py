"""Timecodes ``HH:MM:SS:FF`` as seconds, without being told what FF counts.

FF may have a fraction, may count 60ths although there are 30 frames a second, and may leave out
numbers at the minute so that 29.97 or 59.94 frames a second keep up with the clock (drop frame,
SMPTE ST 12-1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from attrs import frozen

F64 = npt.NDArray[np.float64]

BASES = (24, 25, 30, 48, 50, 60, 120)
"""What FF may count to within a second."""

RATES = (24.0, 25.0, 30_000 / 1001, 30.0, 48.0, 50.0, 60_000 / 1001, 60.0, 120.0)
"""Frames a second that recorders use."""

_TIMECODE = re.compile(r"(\d{1,2}):([0-5]?\d):([0-5]?\d)([:;])(\d{1,3}(?:\.\d+)?)")
_DAY = 24 * 3600
_USUAL = 60
_NEAR = 3e-4  # 30 and 29.97 lie 1e-3 apart; a phone's clock drifts less than 1e-4 a take


@frozen(kw_only=True)
class Timecode:
    """A moment as written: whole seconds of the day, and the frame within the second."""

    second: int
    frame: float
    drop: bool


@frozen(kw_only=True, eq=False)
class Clock:
    """Moments (R,) in seconds from the first; what FF counts to; whether numbers are dropped."""

    seconds: F64
    base: int
    drop: bool


def parse_timecode(text: str) -> Timecode | None:
    """The timecode, or None for another text. A ``;`` before FF says drop frame."""
    found = _TIMECODE.fullmatch(text)
    if found is None or int(found[1]) > 23:
        return None
    return Timecode(
        second=int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]),
        frame=float(found[5]),
        drop=found[4] == ";",
    )


def clock(codes: Sequence[Timecode], base: int | None = None) -> Clock:
    """The moments of timecodes. ``base`` is what FF counts to, where the file says it.

    Moments may come twice or go back: the reader decides what that means. Midnight may pass.
    """
    seconds = np.array(_past_midnight(codes), dtype=np.float64)
    frames = np.array([code.frame for code in codes], dtype=np.float64)
    base = base or _base(seconds, frames)
    count = seconds * base + frames
    drop = any(code.drop for code in codes) or _drops(seconds, frames, count, base)
    if drop:
        minutes = seconds // 60
        count -= _dropped(base) * (minutes - minutes // 10)
        count *= 1.001
    moments = count / base
    return Clock(seconds=moments - moments[0], base=base, drop=drop)


def nominal_rate(seconds: F64) -> float:
    """Frames a second of moments: the median, or a recorder's own rate where that is as near.

    Of one moment alone it is 60.
    """
    steps = np.diff(seconds)
    steps = steps[steps > 0.0]
    if not len(steps):
        return float(_USUAL)
    found = 1.0 / float(np.median(steps))
    closest = min(RATES, key=lambda rate: abs(rate / found - 1.0))
    return closest if abs(closest / found - 1.0) < _NEAR else found


def _past_midnight(codes: Sequence[Timecode]) -> list[int]:
    days = 0
    found: list[int] = [codes[0].second] if codes else []
    for before, code in pairwise(codes):
        if before.second - code.second > _DAY // 2:
            days += 1
        found.append(code.second + days * _DAY)
    return found


def _base(seconds: F64, frames: F64) -> int:
    """What FF counts to: told by how far it falls back where a second begins."""
    most = float(frames.max(initial=0.0))
    possible = [base for base in BASES if base > most] or [int(most) + 1]
    turns = np.diff(seconds)
    steps = np.diff(frames)
    within = steps[(turns == 0.0) & (steps > 0.0)]
    step = float(np.median(within)) if len(within) else 1.0
    falls = -steps[turns == 1.0] + step
    if len(falls):
        fall = float(np.median(falls))
        return min(possible, key=lambda base: abs(base - fall))
    return next((base for base in possible if base >= _USUAL), possible[-1])


def _dropped(base: int) -> int:
    """How many numbers drop frame leaves out at a minute: 2 of 30, 4 of 60."""
    return base // 15


def _drops(seconds: F64, frames: F64, count: F64, base: int) -> bool:
    """Whether every minute but the tenth begins with the numbers left out, as if none were gone."""
    if base not in (30, 60):
        return False
    left_out = _dropped(base)
    first = (seconds % 60 == 0) & (seconds // 60 % 10 != 0)
    if np.any(first & (frames < left_out)):
        return False
    steps = np.diff(count)
    usual = float(np.median(steps)) if len(steps) else 0.0
    begins = np.flatnonzero((seconds[1:] // 60 != seconds[:-1] // 60) & first[1:])
    return bool(len(begins)) and bool(np.all(np.abs(steps[begins] - usual - left_out) < 0.5))
