"""What the apps iFacialMocap and Facemotion3d send, saved as text, a frame a line.

A frame is ``name-percent|name-percent|...|=head#...|rightEye#...|``, ended by a line's end or by
``___iFacialMocap``; ``&`` stands in the place of ``-`` in the newer protocol, where values may be
below 0. Names come in any order and number. Head and eyes are left out: their signs differ between
the apps. Nothing tells the time: the apps send 60 frames a second.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from mien.errors import SourceError
from mien.formats.arkit import missed
from mien.formats.channel_table import HIGHEST, LOWEST
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import Take, recorded_take
from mien.formats.text_file import number_in, read_text
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.node import Place
from mien.text.spellings import channel_named

RATE = 60.0
"""Frames a second that the apps send; 30 where a phone is hot."""

END = "___iFacialMocap"
"""What stands between frames that are not datagrams."""

_VALUE = re.compile(r"(.+?)[-&](-?[0-9.]+)\Z")

Frame = Mapping[str, tuple[float, Place]]
"""Names as written, with percentages and where they stand."""


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take; its rate is `RATE` if none is asked for. `SourceError`: with every fault."""
    wanted = asked.names
    name = shown_path(path)
    faults: list[Fault] = []
    frames: list[tuple[Place, Frame]] = []
    for place, text in _frames(read_text(path), name):
        frame = frame_of(place, text, faults)
        if frame:
            frames.append((place, frame))
        if len(faults) >= MAX_FAULTS:
            break
    if not frames and not faults:
        message = "there is no frame such as eyeBlink_L-12|jawOpen-30|...|"
        faults.append(fault(name, "no-rows", message))
    if faults:
        raise SourceError(faults)
    written = dict.fromkeys(one for _, frame in frames for one in frame)
    spelled = {one: channel_named(one, wanted) for one in written}
    absent = tuple(channel for channel in wanted if channel not in spelled.values())
    unknown = tuple(one for one, channel in spelled.items() if channel is None)
    if not asked.partial or len(absent) == len(wanted):
        faults += _missing(Place(name), absent, unknown)
    rows = np.zeros((len(frames), len(wanted)))
    columns = {one: wanted.index(channel) for one, channel in spelled.items() if channel}
    for row, (place, frame) in enumerate(frames):
        left_out = next((one for one in columns if one not in frame), None)
        if left_out is not None and len(faults) < MAX_FAULTS:
            message = f"the frame has no {left_out}, which others have"
            faults.append(fault(place, "row-length", message, "it may have been cut off"))
        for one, column in columns.items():
            rows[row, column] = frame[one][0] / 100.0 if one in frame else 0.0
    if faults:
        raise SourceError(faults)
    found = RATE if asked.rate is None else asked.rate
    return recorded_take(
        found,
        wanted,
        np.arange(len(rows)) / found,
        rows,
        source=name,
        dialect="Facemotion3d" if any(one.startswith("FM_") for one in unknown) else "",
        absent=absent,
        unknown=unknown,
    )


def _frames(text: str, name: str) -> Iterator[tuple[Place, str]]:
    """Every frame that is not empty, with the place where it begins."""
    for number, line in enumerate(text.split("\n"), start=1):
        column = 1
        for piece in line.split(END):
            if piece.strip():
                yield Place(name, number, column), piece
            column += len(piece) + len(END)


def frame_of(start: Place, text: str, faults: list[Fault]) -> Frame:
    """The percentages of a frame whose text begins at ``start``; what is wrong joins ``faults``."""
    found: dict[str, tuple[float, Place]] = {}
    column = start.column
    for part in text.split("|"):
        place = Place(start.file, start.line, column)
        column += len(part) + 1
        if not part.strip() or "#" in part or part.strip() == "=":
            continue
        match = _VALUE.match(part.strip())
        value = number_in(match[2]) if match else math.nan
        if match is None or not math.isfinite(value):
            message = f"found {part.strip()[:40]!r}, expected a name and a percentage"
            faults.append(fault(place, "no-number", message, "such as jawOpen-30"))
        elif not 100.0 * LOWEST <= value <= 100.0 * HIGHEST:
            message = f"{match[1]} is {match[2]}, expected a percentage from 0 to 100"
            faults.append(fault(place, "no-weight", message))
        elif match[1] in found:
            message = f"a second {match[1]} in one frame"
            faults.append(fault(place, "column-twice", message))
        else:
            found[match[1]] = (value, place)
    return found


def _missing(place: Place, absent: Sequence[str], unknown: Sequence[str]) -> Iterator[Fault]:
    for channel, hint in missed(absent, unknown):
        yield fault(place, "column-missing", f"there is no {channel}", hint)
