"""The compiled shape of a label in time: integer milliseconds and float32 values.

Letters: C channels, K intensities, G clips, T tracks, Y keys, Q sequences, J labels that follow.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.timelines.axes import COME as COME
from mien.timelines.axes import GAZE as GAZE
from mien.timelines.axes import GO as GO
from mien.timelines.axes import HEAD as HEAD

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]

LONGEST = 600_000
"""The last millisecond that a key can have: ten minutes."""

TARGETS_BEYOND_CHANNELS = 1 + len(HEAD) + len(GAZE)
"""After the C channels: all channels without a track of their own, then head, then gaze."""

MOST_DEGREES = 90.0
MOST_GAIN = 2.0


class Shown(IntEnum):
    """The numbers of `mien.authored.timeline.Kind`."""

    EVENT = 0
    HELD = 1
    SEQUENCE = 2


class Ends(IntEnum):
    """Where a sequence ends: at rest, held as it is, or as another label's face."""

    REST = 0
    HELD = 1
    LABEL = 2


@frozen(kw_only=True, eq=False)
class TimelineTable:
    """One label in time. Arrays are C-contiguous and read-only, int32 but for the float32 values.

    timing (4,): kind by `Shown`, apex in ms (-1: as long as asked for), position of the usual
    sequence (-1: none), length of the crossing to what follows in ms; blink (5,): least and most ms
    between two blinks (0: the label does not say), ms of closing and of opening, ms without any;
    resolves (J,) positions of the labels that follow; clips (G, 3): length in ms, and the stretch
    [from, until) that repeats (0, 0: none); tracks (T, 3): clip, target, number of keys, sorted by
    clip and target; a target is a channel, or C all others, C + 1 to C + 3 head yaw, pitch and
    roll, C + 4 and C + 5 gaze yaw and pitch; key_times and key_easings (Y,), a track's after
    another's; key_values (Y, 2): gain and offset of a channel, or degrees and 0; sequence_clips
    (Q, K): the clip of each intensity; sequence_ends (Q, 3): `Ends`, label, intensity.
    """

    sequences: tuple[str, ...]
    timing: I32
    blink: I32
    resolves: I32
    clips: I32
    tracks: I32
    key_times: I32
    key_easings: I32
    key_values: F32
    sequence_clips: I32
    sequence_ends: I32
