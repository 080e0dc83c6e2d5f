"""How fast a clip can change anything, in closed form: per millisecond, at most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.timelines.clip import Clip
from mien.timelines.easing import F64
from mien.timelines.table import GAZE, HEAD
from mien.timelines.track import Track

ROUNDING = 2.0**-20
"""More than what rounding adds to the change of a weight between two times."""

ROUNDING_DEGREES = 2.0**-16
"""The same for degrees of head and gaze."""


@frozen(kw_only=True, eq=False)
class Bound:
    """Greatest changes per ms, float64, before rounding.

    gain (C,), offset (C,); weight (C,) of clamp01(gain * f + offset) for any f in [0, 1] that stays
    as it is; head (3,) and gaze (2,) in degrees. most (C,): the greatest gain, by which a change of
    f itself counts.
    """

    gain: F64
    offset: F64
    weight: F64
    head: F64
    gaze: F64
    most: F64


def bound_of(clip: Clip, hold: float | None = None) -> Bound:
    """The bound of `Clip.sample` with the same ``hold``.

    On a stretch between keys a curve moves by the difference of its values times the eased share,
    whose slope is at most the easing's steepest over the stretch's length. A release r in [0, 1]
    changes r * x by at most what x changes plus |x| times what r changes; where the clip has come
    to its last key before, x does not change then.
    """
    released = clip.released_at(hold)
    apart = released is not None and clip.loop is None and released >= clip.length
    width = clip.channels + len(HEAD) + len(GAZE)
    moved = {track: _moved(track) for pair in clip.columns for track in pair}
    rates = np.zeros((4, width))
    for target, tracks in enumerate(clip.columns):
        curve, away = (moved[track] for track in tracks)
        rates[:3, target] = curve.rate
        rates[3, target] = curve.most[0]
        if released is not None:
            lost = curve.most * away.rate[0]
            rates[:3, target] = np.maximum(curve.rate, lost) if apart else curve.rate + lost
    channels, head = clip.channels, clip.channels + len(HEAD)
    return Bound(
        gain=rates[0, :channels],
        offset=rates[1, :channels],
        weight=rates[2, :channels],
        head=rates[0, channels:head],
        gaze=rates[0, head:],
        most=rates[3, :channels],
    )


@frozen(kw_only=True, eq=False)
class _Moved:
    """Of gain, offset and gain * f + offset: greatest change per ms, and greatest magnitude."""

    rate: npt.NDArray[np.float64]
    most: npt.NDArray[np.float64]


def _three(value: F64) -> F64:
    """|gain|, |offset| and the greatest |gain * f + offset| over f in [0, 1]."""
    gain, offset = float(value[0]), float(value[1])
    return np.array([abs(gain), abs(offset), max(abs(offset), abs(gain + offset))])


def _moved(track: Track) -> _Moved:
    rates = [slope * _three(high - low) for slope, low, high in track.segments()]
    return _Moved(
        rate=np.max([np.zeros(3), *rates], axis=0),
        most=np.max([_three(value) for value in track.values], axis=0),
    )
