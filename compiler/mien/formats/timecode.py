"""Timecodes ``HH:MM:SS:FF`` as seconds, without being told what FF counts.

FF may have a fraction, may count 60ths although there are 30 frames a second, and may leave out
numbers at the minute so that 29.97 or 59.94 frames a second keep up with the clock (drop frame,
SMPTE ST 12-1). Three digits after FF may be its fraction, the milliseconds of the second, or the
number of the row.

Dimension letters: R rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from attrs import field, frozen

from mien.formats.take import F64
from mien.text.core_schema import MAX_FAULTS

TWO_TAKES = "is this two takes in one file? keep one"
"""What to do about a clock that goes back."""

BASES = (12, 15, 24, 25, 30, 48, 50, 60, 120)
"""What FF may count to within a second."""

RATES = (
    *(12.0, 15.0, 24_000 / 1001, 24.0, 25.0, 30_000 / 1001, 30.0),
    *(48.0, 50.0, 60_000 / 1001, 60.0, 120.0),
)
"""Frames a second that recorders use."""

_UNITS = (1.0, 1e3, 1e6, 1e9)
_SHORTEST, _LONGEST = 1 / 300, 1 / 2

_CUT_OFF = (23, 29, 59)
"""What FF counts to where a rate of 23.976, 29.97 or 59.94 was cut off to a whole number."""

_TIMECODE = re.compile(r"(\d{1,2}):([0-5]?\d):([0-5]?\d)([:;])(\d{1,3})(\.\d+)?")
_DAY = 24 * 3600
_USUAL = 60
_STEADY = 0.25  # of a step, in the mean: as even as milliseconds are at 250 frames a second
_NEAR = 3e-4  # 30 and 29.97 lie 1e-3 apart; a phone's clock drifts less than 1e-4 a take


@frozen(kw_only=True)
class Timecode:
    """A moment as written: whole seconds of the day, and the frame within the second.

    ``digits`` is the number that three digits after FF make; None where there are others, or none.
    """

    second: int
    frame: float
    drop: bool
    digits: int | None = field(default=None)


@frozen(kw_only=True, eq=False)
class Clock:
    """The moments of rows.

    ``seconds`` (R,) from the first; ``base`` is what FF counts to, and ``drop`` whether numbers are
    left out. ``counts`` where the timecodes number frames, and so know no more of the time than
    that; ``certain`` where ``base`` is told by the file.
    """

    seconds: F64
    base: int
    drop: bool
    counts: bool
    certain: bool


def parse_timecode(text: str) -> Timecode | None:
    """The timecode, or None for another text. A ``;`` before FF says drop frame."""
    found = _TIMECODE.fullmatch(text)
    if found is None or int(found[1]) > 23:
        return None
    return Timecode(
        second=int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]),
        frame=float(found[5] + (found[6] or "")),
        drop=found[4] == ";",
        digits=int(found[6][1:]) if found[6] and len(found[6]) == 4 else None,
    )


def clock(codes: Sequence[Timecode], base: int | None = None) -> Clock:
    """The moments of timecodes. ``base`` is what FF counts to, where the file says it.

    Moments may come twice or go back: the reader decides what that means. Midnight may pass.
    """
    seconds = np.array(_past_midnight(codes), dtype=np.float64)
    frames = np.array([code.frame for code in codes], dtype=np.float64)
    marked = any(code.drop for code in codes)
    written = [code.digits for code in codes if code.digits is not None]
    if len(written) == len(codes) and len(set(written)) > 1:
        digits = np.array(written, dtype=np.float64)
        numbered = _row_numbers(seconds, np.floor(frames), digits, base, marked)
        if numbered is not None:
            return numbered
        measured = _milliseconds(seconds, np.floor(frames), digits)
        if measured is not None and _uneven(measured.seconds) < _STEADY:
            return measured
    return _frames(seconds, frames, base, marked)


def nominal_rate(seconds: F64) -> float:
    """Frames a second of moments (R,): the mean without gaps, or a usual rate as near to it.

    Of one moment alone it is 60.
    """
    steps = np.diff(seconds)
    steps = steps[steps > 0.0]
    if not len(steps):
        return float(_USUAL)
    found = 1.0 / float(np.mean(steps[steps < 1.5 * np.median(steps)]))
    closest = min(RATES, key=lambda rate: abs(rate / found - 1.0))
    return closest if abs(closest / found - 1.0) < _NEAR else found


def paced_seconds(written: F64) -> F64 | None:
    """Moments (R,) in seconds of a clock in seconds or a thousandth of them, once or more often.

    Its pace tells: faces come 2 to 300 times a second. None where it counts rows.

    Raises:
        ValueError: it is none of them; with its step.
    """
    steps = np.diff(written)
    forward = steps[steps > 0.0]
    if not len(forward):
        return written
    step = float(np.median(forward))
    unit = next((one for one in _UNITS if _SHORTEST <= step / one <= _LONGEST), None)
    if unit is not None:
        return written / unit
    if step == 1.0:
        return None
    raise ValueError(f"{step:g}")


def steps_back(moments: F64) -> list[int]:
    """The rows of ``moments`` (N,) that the next one lies before, the first few of them."""
    found: list[int] = np.flatnonzero(np.diff(moments) < 0.0)[:MAX_FAULTS].tolist()
    return found


def _frames(seconds: F64, frames: F64, base: int | None, marked: bool) -> Clock:
    """FF counts frames, its digits are their fraction. ``marked`` timecodes drop frames."""
    certain = base is not None or bool((np.diff(seconds) != 0.0).any())
    base = base or _base(seconds, frames, BASES)
    count = seconds * base + frames
    drop = marked or _drops(seconds, frames, count, base)
    if drop:
        minutes = seconds // 60
        count -= _dropped(base) * (minutes - minutes // 10)
        count *= 1.001
    moments = count / base
    return Clock(
        seconds=moments - moments[0],
        base=base,
        drop=drop,
        counts=bool(np.ptp(frames % 1.0) == 0.0),
        certain=certain,
    )


def _row_numbers(
    seconds: F64, frames: F64, digits: F64, base: int | None, marked: bool
) -> Clock | None:
    """The digits number the rows, modulo 1000; None where they do not keep step with FF."""
    base = base or _base(seconds, frames, sorted((*BASES, *_CUT_OFF)))
    in_step = np.ptp((seconds * base + frames - digits) % 1000.0) == 0.0
    if not in_step or np.median(np.diff(digits)) != 1.0:
        return None
    found = _frames(seconds, frames, base, marked)
    if base not in _CUT_OFF:
        return found
    moments = found.seconds * (base / ((base + 1) / 1.001))
    return Clock(seconds=moments, base=base, drop=False, counts=True, certain=True)


def _milliseconds(seconds: F64, frames: F64, digits: F64) -> Clock | None:
    """The digits are the milliseconds of the second; None where FF says another time."""
    for base in BASES:
        # FF is cut off to a whole number, and may stumble by one where a sum was rounded
        if np.all(np.abs(digits / 1000.0 - frames / base) < 1.25 / base):
            moments = seconds + digits / 1000.0
            moments -= moments[0]
            return Clock(seconds=moments, base=base, drop=False, counts=False, certain=True)
    return None


def _uneven(seconds: F64) -> float:
    """How far steps lie from whole multiples of the usual one, in such steps, in the mean."""
    steps = np.diff(seconds)
    usual = float(np.median(steps))
    if usual <= 0.0 or (steps < 0.0).any():
        return np.inf
    return float(np.mean(np.abs(steps / usual - np.maximum(1.0, np.rint(steps / usual)))))


def _past_midnight(codes: Sequence[Timecode]) -> list[int]:
    days = 0
    found: list[int] = [codes[0].second] if codes else []
    for before, code in pairwise(codes):
        if before.second - code.second > _DAY // 2:
            days += 1
        found.append(code.second + days * _DAY)
    return found


def _base(seconds: F64, frames: F64, bases: Sequence[int]) -> int:
    """What FF counts to: told by how far it falls back where a second begins."""
    highest = float(frames.max(initial=0.0))
    possible = [base for base in bases if base > highest] or [int(highest) + 1]
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
