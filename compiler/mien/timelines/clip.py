"""A label's dynamics or one of its sequences, ready to be asked what it does at any time.

A clip gives, at t ms after its start, for each channel a gain and an offset, and degrees for head
and gaze. The face at that time is conflict(clamp01(gain * f + offset)) of the label's own face f
(`mien.bank.Bank.timed`): a style that varies in time. Before it starts a clip is as at 0. Once it
is released all of it goes back to rest along the label's offset, from wherever it is.
"""

from __future__ import annotations

import numpy as np
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


@frozen(kw_only=True, eq=False)
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
        values = self._values(self.tracks, shown, 1.0)
        released = self.released_at(hold)
        if released is not None:
            shares = self._values(self.release, times - released, 0.0)[:, :, :1]
            values = values * shares + 0.0  # -0 becomes 0
        single = values.astype(np.float32)
        ends = (self.channels, self.channels + len(HEAD), self.channels + len(HEAD) + len(GAZE))
        return Sample(
            gain=np.ascontiguousarray(single[:, : ends[0], 0]),
            offset=np.ascontiguousarray(single[:, : ends[0], 1]),
            head=np.ascontiguousarray(single[:, ends[0] : ends[1], 0]),
            gaze=np.ascontiguousarray(single[:, ends[1] : ends[2], 0]),
        )

    def _values(self, tracks: tuple[Track, ...], times: F64, plain: float) -> F64:
        """Both values (n, C + 5, 2) of all tracks; ``plain`` is 1 for curves, 0 for a release.

        Channels without a track have that of target C, else gain 1. So have head and gaze in a
        release; in curves they are 0.
        """
        width = self.channels + len(HEAD) + len(GAZE)
        values = np.zeros((len(times), width, 2))
        values[:, : self.channels if plain else width, 0] = 1.0
        for track in sorted(tracks, key=lambda one: one.target != self.channels):
            value = track(times)
            if track.target == self.channels:
                values[:, : self.channels if plain else width] = value[:, None]
            else:
                values[:, track.target - (track.target > self.channels)] = value
        return values


def _looped(times: F64, begin: int, end: int) -> F64:
    """Times on the first round; each product and difference is of whole multiples, hence exact."""
    length = float(end - begin)
    past = times - begin
    round_ = np.maximum(0.0, np.floor(past / length))
    return times - round_ * length
