"""Faces as a CSV file that readers of the Live Link Face app's recordings take.

The app's own header and order: JawRight before JawLeft and MouthRight before MouthLeft, then nine
rotations, which are 0 here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mien_trainer.frames import F32, FRAME_RATE

_SWAPPED: Mapping[str, str] = {
    "jawLeft": "jawRight",
    "jawRight": "jawLeft",
    "mouthLeft": "mouthRight",
    "mouthRight": "mouthLeft",
}
_ROTATIONS = tuple(
    f"{part}{turn}" for part in ("Head", "LeftEye", "RightEye") for turn in ("Yaw", "Pitch", "Roll")
)


def livelink_header(channels: Sequence[str]) -> str:
    """The first line, for the rig's ``channels`` in Apple's order."""
    names = (name[0].upper() + name[1:] for name in _order(channels))
    return ",".join(("Timecode", "BlendShapeCount", *names, *_ROTATIONS)) + "\n"


def livelink_rows(channels: Sequence[str], weights: F32, first: int = 0) -> Iterator[str]:
    """A line for each of ``weights`` (N, C) in [0, 1] at 60 fps; ``first`` numbers the first."""
    places = [list(channels).index(name) for name in _order(channels)]
    count = len(places) + len(_ROTATIONS)
    rest = ",".join(["0.0000000000"] * len(_ROTATIONS))
    for number, row in enumerate(weights.tolist(), first):
        values = ",".join(f"{row[place]:.10f}" for place in places)
        yield f"{_timecode(number)},{count},{values},{rest}\n"


def livelink_csv(channels: Sequence[str], weights: F32) -> str:
    """The whole text of a take."""
    return livelink_header(channels) + "".join(livelink_rows(channels, weights))


def _order(channels: Sequence[str]) -> tuple[str, ...]:
    return tuple(_SWAPPED.get(name, name) for name in channels)


def _timecode(frame: int) -> str:
    seconds, part = divmod(frame, FRAME_RATE)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minute:02d}:{second:02d}:{part:02d}.000"
