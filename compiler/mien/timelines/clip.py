"""A label's dynamics or one of its sequences, ready to be asked what it does at any time.

A clip gives, at t ms after its start, for each channel a gain and an offset, and degrees for head
and gaze. The face at that time is conflict(clamp01(gain * f + offset)) of the label's own face f
(`mien.bank.Bank.timed`): a style that varies in time. Before it starts a clip is as at 0. Once it
is released all of it goes back to rest along the label's offset, from wherever it is.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.timelines.easing import F64
from mien.timelines.table import F32, GAZE, HEAD, Ends
from mien.timelines.track import Track


@frozen(kw_only=True, eq=False)
class Sample:
    """gain and offset (n, C), head (n, 3) yaw pitch roll, gaze (n, 2) yaw pitch; all float32."""

    gain: F32
    offset: F32
    head: F32
    gaze: F32


@frozen(kw_only=True)
class Ending:
    """Where a clip ends by itself; of `Ends.LABEL` the label's and the intensity's position."""

    how: Ends
    label: int = 0
    intensity: int = 0


@frozen(kw_only=True, eq=False, slots=False)
class Clip:
    """One curve in time of every channel, of head and of gaze, with the way back to rest.

    length: ms to the last key; loop: the stretch [from, until) that repeats while the clip is
    shown, or None; release: tracks of shares, and its length in ms; apex: how long after ``length``
    the clip releases itself, None where it does not.
    """

    label: str
    name: str
    channels: int
    length: int
    loop: tuple[int, int] | None
    tracks: tuple[Track, ...]
    release: tuple[Track, ...]
    release_length: int
    apex: int | None
    ending: Ending

    def released_at(self, hold: float | None = None) -> float | None:
        """The ms at which the clip goes back to rest: ``hold``, or its own; None for never."""
        if hold is not None:
            return float(hold)
        return None if self.apex is None else float(self.length + self.apex)

    def end(self, hold: float | None = None) -> float:
        """The ms from which nothing changes any more; infinite for one that is held."""
        released = self.released_at(hold)
        if released is None:
            return np.inf if self.ending.how is Ends.HELD else float(self.length)
        gone = released + self.release_length
        return min(float(self.length), gone) if self.ending.how is Ends.REST else gone

    def sample(self, times: F64, hold: float | None = None) -> Sample:
        """What the clip does at times (n,), float64 ms since its start.

        ``hold``: ms after the start at which it is released, by default the label's own. Computed
        in float64 and rounded once: the same bits in every reader, whatever else is asked with it.
        """
        shown = times if self.loop is None else _looped(times, *self.loop)
        released = self.released_at(hold)
        pairs = tuple(dict.fromkeys(self.columns))
        curves = {track: track(shown) for track in {curve for curve, _ in pairs}}
        shares: dict[Track, F64] = {}
        if released is not None:
            gone = times - released
            shares = {track: track(gone)[:, :1] for track in {away for _, away in pairs}}
        single = np.empty((2, len(times), len(pairs)), dtype=np.float32)
        for place, (curve, away) in enumerate(pairs):
            value = curves[curve]
            if away in shares:
                value = value * shares[away] + 0.0  # -0 becomes 0
            single[:, :, place] = value.T
        index = np.array([pairs.index(column) for column in self.columns])
        channels, head = self.channels, self.channels + len(HEAD)
        return Sample(
            gain=_taken(single, index[:channels], 0),
            offset=_taken(single, index[:channels], 1),
            head=_taken(single, index[channels:head], 0),
            gaze=_taken(single, index[head:], 0),
        )

    @cached_property
    def columns(self) -> tuple[tuple[Track, Track], ...]:
        """The curve and the release of every channel, of head and of gaze.

        Channels without a track have that of target C, else gain 1. So have head and gaze in a
        release; as curves they are 0.
        """
        width = self.channels + len(HEAD) + len(GAZE)
        curves, away = (
            {track.target: track for track in own} for own in (self.tracks, self.release)
        )
        rest, gone = (own.get(self.channels, _PLAIN) for own in (curves, away))
        found: list[tuple[Track, Track]] = []
        for place in range(width):
            target = place + (place >= self.channels)
            still = rest if place < self.channels else _STILL
            found.append((curves.get(target, still), away.get(target, gone)))
        return tuple(found)


_PLAIN = Track(target=-1, times=np.zeros(1), easings=(0,), values=np.array([[1.0, 0.0]]))
_STILL = Track(target=-1, times=np.zeros(1), easings=(0,), values=np.zeros((1, 2)))


def _taken(single: F32, index: npt.NDArray[np.intp], part: int) -> F32:
    """Columns (n, c) of one of the two values."""
    return np.ascontiguousarray(single[part].take(index, axis=1))


def _looped(times: F64, begin: int, end: int) -> F64:
    """Times on the first round; each product and difference is of whole multiples, hence exact."""
    length = float(end - begin)
    past = times - begin
    round_ = np.maximum(0.0, np.floor(past / length))
    return times - round_ * length
