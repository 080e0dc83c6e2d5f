"""CSV tables with a column for each channel, as MediaPipe dumps, Audio2Face and others write them.

Columns are found by name in any known spelling. The clock is a column of seconds, of milliseconds
(or micro- or nanoseconds), of timecodes, or the number of the frame, and is told by its numbers:
faces come 2 to 300 times a second. MediaPipe's ``_neutral`` is no channel, and it sees no tongue.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.errors import SourceError
from mien.formats.channel_table import ChannelTable, read_channel_table, refuse_steps_back
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F64, Take, recorded_take
from mien.formats.timecode import clock, nominal_rate, paced_seconds, parse_timecode
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import fault, refusal
from mien.text.node import Place
from mien.text.suggest import nearest

CLOCKS = (
    *("timecode", "time_code", "timestamp", "time", "seconds", "sec", "time_s", "timestamp_s"),
    *("timestamp_ms", "time_ms", "timestampms", "ms", "milliseconds", "t"),
)
"""Columns that tell the moment of a row, the first that there is."""

_NUMBERS = ("frame", "frame_number", "frame_index", "frame_id", "frameindex", "index", "")
"""Columns that count rows; pandas writes one without a name."""

MEDIAPIPE, _AUDIO2FACE = "_neutral", "blendshapes."


def recognises(start: str) -> bool:
    """Whether a CSV that starts so has no column of timecodes, as Live Link Face has."""
    header, _, rest = start.replace("\r", "\n").lstrip("\n").partition("\n")
    names = [name.strip().strip('"').casefold() for name in header.split(",")]
    first = rest.lstrip("\n").partition("\n")[0].split(",")
    if "timecode" in names and len(first) > names.index("timecode"):
        return ":" not in first[names.index("timecode")]
    return "timecode" not in names


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take; a rate is for tables that only number their frames.

    Raises:
        SourceError: with every fault of the file and its place.
    """
    names = asked.names
    table = read_channel_table(path, names, partial=asked.partial)
    times, found = _times(table, asked.rate)
    known = {*CLOCKS, *_NUMBERS, MEDIAPIPE}
    return recorded_take(
        found,
        names,
        times,
        table.weights,
        source=table.name,
        dialect=_dialect(table),
        lost=table.lost,
        absent=table.absent,
        unknown=tuple(name for name in table.others if name.casefold() not in known),
    )


def _dialect(table: ChannelTable) -> str:
    if MEDIAPIPE in table.columns:
        return "MediaPipe"
    return "Audio2Face" if _AUDIO2FACE in table.header.casefold() else ""


def _times(table: ChannelTable, rate: float | None) -> tuple[F64, float]:
    """The moments of the rows in seconds, and how many there are in a second."""
    column = next((name for name in CLOCKS if name in table.columns), None)
    if column is not None:
        seconds = _seconds(table, column)
        if seconds is not None:
            refuse_steps_back(table, column, seconds)
            return seconds, nominal_rate(seconds)
    number = next((name for name in _NUMBERS if name in table.columns), column)
    if rate is None:
        message = "no column tells the time of each row, and no rate was given"
        close = next((near for name in table.others if (near := nearest(name, CLOCKS))), None)
        hint = f"write the clock's column as {close}, or " if close and number is None else ""
        hint += "say how many frames a second there are"
        raise refusal(Place(table.name, 1, 1), "column-missing", message, hint)
    if number is None:
        return np.arange(len(table.rows)) / rate, rate
    counted = table.numbers([number])
    frames = np.zeros(0) if counted is None else counted[:, 0]
    refuse_steps_back(table, number, frames)
    return frames / rate, rate


def _seconds(table: ChannelTable, column: str) -> F64 | None:
    """The moments of a column in seconds; None where it counts frames."""
    texts = table.texts(column) or ()
    codes = [parse_timecode(text) for text in texts]
    if any(codes):
        example = next(text for text, code in zip(texts, codes, strict=True) if code)
        message = f"expected a timecode such as {example}"
        wrong = [row for row, code in enumerate(codes) if code is None][:MAX_FAULTS]
        if wrong:
            raise SourceError(
                fault(table.place(row, column), "no-timecode", f"found {texts[row]!r}, {message}")
                for row in wrong
            )
        return clock([code for code in codes if code is not None]).seconds
    moments = table.numbers([column])
    written = np.zeros(0) if moments is None else moments[:, 0]
    try:
        return paced_seconds(written)
    except ValueError as error:
        message = f"{column} goes on by {error} a row, which is no pace of a face"
        hint = "expected seconds, milliseconds or less, timecodes or the number of the frame"
        raise refusal(table.place(0, column), "no-timecode", message, hint) from None
