"""Lips from a take: what a recording, or another program, has the mouth do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.errors import QueryError
from mien.formats.registry import read_take
from mien.formats.take import Take
from mien.performance.clock import FRAME_RATE, smoothstep
from mien.performance.lips import LipTrack, lip_track
from mien.performance.sources import LipRequest, SpokenLips

MOVING = 0.05
"""A mouth that shows less than this in every channel says nothing."""

BRIDGED = 15
"""Frames of stillness that are still speech."""

RAMP = 7
"""Frames from silence to speech, before it, and back, after it."""


def take_lips(request: LipRequest) -> SpokenLips:
    """The lips of the take in ``request.file``, at 60 frames a second, by channel name.

    Raises:
        QueryError: there is no file, or none of its channels moves the bank's mouth.
        FormatError: no format that is read ends so.
        SourceError: with every fault of the file.
    """
    if request.file is None:
        raise QueryError("lips from a take need its file")
    bank = request.bank
    take = read_take(request.file, channels=bank.channels, partial=True)
    track = lips_of(take, bank.tables.classes)
    if not track.weights.any():
        raise QueryError(f"{request.file}: no channel of it moves a mouth of the bank {bank.id}")

    def tracks() -> Iterator[LipTrack]:
        yield track

    name = request.file.name
    return SpokenLips(
        frames=track.frames,
        tracks=tracks,
        source=name,
        said=f"lips from the take {name}, {track.frames} frames",
    )


def lips_of(take: Take, classes: tuple[str, ...]) -> LipTrack:
    """The lips of a take whose channels have ``classes``; it speaks where the mouth moves."""
    frames = round(take.seconds * FRAME_RATE)
    moments = np.arange(frames, dtype=np.float64) / FRAME_RATE
    weights = take.weights_at(moments)
    mouth = np.array([one != "EXPRESSION" for one in classes])
    weights[:, ~mouth] = 0.0
    moving = weights.max(axis=1, initial=0.0) >= MOVING
    return lip_track(take.channels, weights, speech_of(moving.tolist()), source=take.source)


def speech_of(moving: list[bool]) -> list[float]:
    """How much the mouth belongs to the sound (F,), by whether it moves in each frame.

    Short stillness is bridged; speech sets in ahead of the movement and ends after it.
    """
    runs: list[list[int]] = []
    for frame, moves in enumerate(moving):
        if moves and runs and frame - runs[-1][1] <= BRIDGED:
            runs[-1][1] = frame
        elif moves:
            runs.append([frame, frame])
    speech = np.zeros(len(moving))
    frames = np.arange(len(moving), dtype=np.float64)
    for first, last in runs:
        near = slice(max(0, first - RAMP), last + RAMP + 1)
        here = frames[near]
        inside = np.minimum(here - (first - RAMP), (last + RAMP) - here) / RAMP
        speech[near] = np.maximum(speech[near], smoothstep(inside))
    return speech.tolist()
