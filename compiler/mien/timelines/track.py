"""One curve in time: keys at whole milliseconds, and an easing to each from the one before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from mien.timelines.easing import EASINGS, F64
from mien.timelines.table import TimelineTable


@frozen(kw_only=True, eq=False)
class Track:
    """times (k,) rising; easings (k,) of the way to each key; values (k, 2) gain and offset.

    All float64 but ``easings``; the values are float32 numbers. Twin of web/timelines.js.
    """

    target: int
    times: F64
    easings: tuple[int, ...]
    values: F64

    def __call__(self, times: F64) -> F64:
        """Gain and offset (n, 2) at times (n,) in ms; held before the first key, after the last."""
        last = len(self.times) - 1
        if last == 0:
            return np.repeat(self.values, len(times), axis=0)
        before = np.searchsorted(self.times, times, side="right") - 1
        start = np.clip(before, 0, last - 1)
        begin = self.times[start]
        share = np.maximum(0.0, (times - begin) / (self.times[start + 1] - begin))
        share = np.minimum(1.0, share)
        eased = share
        used = np.array(self.easings)[start + 1]
        for number in set(self.easings[1:]):
            eased = np.where(used == number, EASINGS[number](share), eased)
        low = self.values[start]
        value: F64 = low + (self.values[start + 1] - low) * eased[:, None]
        value[before >= last] = self.values[last]
        return value

    def segments(self) -> Iterator[tuple[float, F64, F64]]:
        """Of each stretch between keys: greatest change of the eased share per ms, both values."""
        for key in range(1, len(self.times)):
            length = float(self.times[key] - self.times[key - 1])
            steepest = EASINGS[self.easings[key]].steepest
            yield steepest / length, self.values[key - 1], self.values[key]


def tracks_of(table: TimelineTable, clip: int) -> tuple[Track, ...]:
    """The tracks of one clip, in order of their targets."""
    found: list[Track] = []
    begin = 0
    for owner, target, count in table.tracks.tolist():
        keys = slice(begin, begin + count)
        if owner == clip:
            found.append(
                Track(
                    target=target,
                    times=table.key_times[keys].astype(np.float64),
                    easings=tuple(table.key_easings[keys].tolist()),
                    values=table.key_values[keys].astype(np.float64),
                )
            )
        begin += count
    return tuple(found)


def loop_jumps(tracks: tuple[Track, ...], begin: int, end: int) -> Iterator[int]:
    """The targets that are not at the end of a loop where they are at its beginning."""
    for track in tracks:
        first, last = track(np.array([begin, end], dtype=np.float64))
        if (first != last).any():
            yield track.target
