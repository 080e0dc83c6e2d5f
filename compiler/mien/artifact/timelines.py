"""What must hold of a timeline beyond the type, shape and range of each tensor.

web/timeline_checks.js is its twin: the same checks in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from mien.artifact.layout import label_name
from mien.artifact.refusals import bad_artifact
from mien.timelines.table import (
    GO,
    LONGEST,
    MOST_DEGREES,
    TARGETS_BEYOND_CHANNELS,
    Shown,
    TimelineTable,
)
from mien.timelines.track import loop_jumps, tracks_of


@frozen(kw_only=True)
class Counts:
    """Of channels, intensities and labels of the bank."""

    channels: int
    intensities: int
    labels: int


def check_timeline(label: str, table: TimelineTable, counts: Counts) -> None:
    """Check that every curve of ``table`` is one, and that every position is of something.

    Raises:
        ArtifactError: naming the tensor and the row.
    """
    _check_clips(label, table)
    _check_tracks(label, table, counts.channels)
    _check_keys(label, table, counts.channels)
    _check_loops(label, table)
    for field, row, found, low, high in _places(table, counts):
        if not low <= found <= high:
            name = label_name(label, field)
            raise bad_artifact(
                "sequence-place", name=name, row=row, found=found, low=low, high=high
            )


def _check_clips(label: str, table: TimelineTable) -> None:
    name = label_name(label, "clips")
    rows: list[list[int]] = table.clips.tolist()
    if len(rows) <= GO:
        raise bad_artifact("clips-few", name=name, found=len(rows))
    for row, (length, begin, end) in enumerate(rows):
        if not (begin < end <= length or begin == end == 0):
            raise bad_artifact("clip-loop", name=name, row=row, begin=begin, end=end, length=length)


def _check_tracks(label: str, table: TimelineTable, channels: int) -> None:
    name = label_name(label, "tracks")
    before = [-1, -1]
    rows: list[list[int]] = table.tracks.tolist()
    for row, (clip, target, count) in enumerate(rows):
        if clip >= len(table.clips) or target >= channels + TARGETS_BEYOND_CHANNELS:
            raise bad_artifact("track-target", name=name, row=row, target=target, clip=clip)
        if [clip, target] <= before:
            raise bad_artifact("track-order", name=name, row=row)
        if count < 1:
            raise bad_artifact("track-keys", name=name, found=0, expected=1)
        before = [clip, target]
    total = sum(count for _, _, count in rows)
    if total != len(table.key_times):
        raise bad_artifact("track-keys", name=name, found=total, expected=len(table.key_times))


def _check_keys(label: str, table: TimelineTable, channels: int) -> None:
    """Times that rise within their clip, and values that give a gain, an offset or degrees."""
    times: list[int] = table.key_times.tolist()
    key = 0
    rows: list[list[int]] = table.tracks.tolist()
    for row, (clip, target, count) in enumerate(rows):
        degrees = target > channels
        bounds = ((-MOST_DEGREES, MOST_DEGREES), (0.0, 0.0)) if degrees else _GAINS
        if clip == GO:
            bounds = _SHARES
        for at in range(key, key + count):
            if at > key and times[at] <= times[at - 1]:
                raise bad_artifact("key-times", name=label_name(label, "key_times"), row=at)
            for part, (low, high) in enumerate(bounds):
                value = float(table.key_values[at, part])
                name, where = label_name(label, "key_values"), [at, part]
                if not low <= value <= high:
                    raise bad_artifact(
                        "key-value", name=name, value=value, where=where, low=low, high=high
                    )
                if value == 0.0 and np.signbit(value):
                    raise bad_artifact("tensor-negative-zero", name=name, where=where)
        key += count
        end, length = times[key - 1], int(table.clips[clip, 0])
        if end > length:
            name = label_name(label, "tracks")
            raise bad_artifact("track-late", name=name, row=row, end=end, length=length)


_GAINS = ((0.0, 2.0), (-1.0, 1.0))
_SHARES = ((0.0, 1.0), (0.0, 0.0))


def _check_loops(label: str, table: TimelineTable) -> None:
    for clip, (_, begin, end) in enumerate(table.clips.tolist()):
        for target in loop_jumps(tracks_of(table, clip), begin, end) if end else ():
            name = label_name(label, "clips")
            raise bad_artifact("loop-jumps", name=name, clip=clip, target=target)


def _places(table: TimelineTable, counts: Counts) -> Iterator[tuple[str, int, int, int, int]]:
    """Field, row, position and the range that it must be in."""
    kind, apex, usual, cross = table.timing.tolist()
    yield "timing", 0, kind, 0, len(Shown) - 1
    yield "timing", 1, apex, -1, LONGEST
    yield "timing", 2, usual, -1, len(table.sequences) - 1
    yield "timing", 3, cross, 0, LONGEST
    yield "blink", 0, int(table.blink[0]), 0, int(table.blink[1])
    for row, label in enumerate(table.resolves.tolist()):
        yield "resolves", row, label, 0, counts.labels - 1
    for row, clips in enumerate(table.sequence_clips.tolist()):
        for clip in clips:
            yield "sequence_clips", row, clip, GO + 1, len(table.clips) - 1
    for row, (how, label, intensity) in enumerate(table.sequence_ends.tolist()):
        yield "sequence_ends", row, how, 0, 2
        yield "sequence_ends", row, label, 0, counts.labels - 1
        yield "sequence_ends", row, intensity, 0, counts.intensities - 1
