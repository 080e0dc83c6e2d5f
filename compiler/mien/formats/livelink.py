"""The CSV files of the Live Link Face app, of Unreal, and of tools that write alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.errors import SourceError
from mien.formats.arkit import arkit_channels
from mien.formats.channel_table import Cell, ChannelTable, read_channel_table
from mien.formats.take import Capture, captured
from mien.formats.timecode import F64, Timecode, clock, nominal_rate, parse_timecode
from mien.text.fault import Fault
from mien.text.limits import MAX_FAULTS
from mien.text.place import Place

_TIMECODE, _FRAME_RATE = "timecode", "framerate"


def read_livelink(
    path: Path, channels: Sequence[str] | None = None, *, rate: float | None = None
) -> Capture:
    """The take in the CSV file ``path``, in the order of ``channels`` (else the rig's that ships).

    Columns are found by name: the app puts JawRight before JawLeft and MouthRight before MouthLeft.
    Without ``rate`` (frames a second) the timecodes tell it; with it the moments are stretched to
    fit, for a recorder whose timecode counts 30 for 29.97 and drops nothing.

    Raises:
        SourceError: with every fault of the file and its place.
    """
    names = arkit_channels() if channels is None else channels
    table = read_channel_table(path, names, (_TIMECODE, _FRAME_RATE))
    codes = _codes(table)
    moments = clock(codes, _told_base(table.texts.get(_FRAME_RATE, ())))
    _refuse_back_steps(table, moments.seconds)
    found = nominal_rate(moments.seconds)
    times = moments.seconds if rate is None else moments.seconds * (found / rate)
    return captured(
        times,
        table.weights,
        found if rate is None else rate,
        lost=table.lost,
        absent=table.absent,
    )


def _codes(table: ChannelTable) -> list[Timecode]:
    cells = table.texts.get(_TIMECODE)
    if cells is None:
        raise SourceError(
            [
                _fault(
                    Place(table.name, 1, 1),
                    "column-missing",
                    "there is no column Timecode, which tells when each row was",
                )
            ]
        )
    read = [(cell, parse_timecode(cell.text)) for cell in cells]
    wrong = [cell for cell, code in read if code is None][:MAX_FAULTS]
    if wrong:
        raise SourceError(
            _fault(
                cell.place,
                "no-timecode",
                f"found {cell.text!r}, expected a timecode such as 13:13:04:31.652",
            )
            for cell in wrong
        )
    return [code for _, code in read if code is not None]


def _told_base(cells: Sequence[Cell]) -> int | None:
    """Unreal's own writer says in each row what FF counts to."""
    try:
        told = {round(float(cell.text)) for cell in cells}
    except ValueError:
        return None
    return told.pop() if len(told) == 1 and min(told) > 0 else None


def _refuse_back_steps(table: ChannelTable, seconds: F64) -> None:
    back: list[int] = np.flatnonzero(np.diff(seconds) < 0.0)[:MAX_FAULTS].tolist()
    cells = table.texts[_TIMECODE]
    if back:
        raise SourceError(
            _fault(
                cells[row + 1].place,
                "time-goes-back",
                f"{cells[row + 1].text} comes after {cells[row].text}",
                "is this two takes in one file? keep one",
            )
            for row in back
        )


def _fault(place: Place, code: str, message: str, hint: str = "") -> Fault:
    return Fault(place=place, path="", code=code, message=message, hint=hint)
