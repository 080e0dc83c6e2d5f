"""Weights in a CSV file, found by the names in its header, with the place of every fault.

Dimension letters: R rows, C channels, K other columns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from mien.errors import SourceError
from mien.formats.arkit import missed
from mien.formats.take import F64
from mien.formats.text_file import number_in, read_text
from mien.formats.timecode import TWO_TAKES, steps_back
from mien.gltf.channel_names import channels_of_other
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.node import Place
from mien.text.regular_file import RECORDING, open_regular
from mien.text.spellings import channel_named
from mien.text.suggest import nearest

LOWEST, HIGHEST = -0.5, 1.5
"""Trackers pass 0 and 1 a little; a number outside these is no weight."""


_TAKES_OWN = ("timecode", "blendshapecount")
_LONGEST = 1 << 16
"""Bytes of a header that are looked at."""


@frozen(kw_only=True, eq=False)
class ChannelTable:
    """A file's ``header`` and its rows that hold a face.

    ``weights`` (R, C) are as written, in the order that was asked for; ``lost`` lines hold none at
    all, as where a tracker saw no face; ``absent`` are the channels that the file does without, and
    ``others`` its names that are no channel's. ``rows`` are the numbers and texts of the lines,
    ``columns`` where each name in small letters stands, a channel's under its own name.
    """

    name: str
    header: str
    weights: F64
    lost: int
    absent: tuple[str, ...]
    others: tuple[str, ...]
    rows: tuple[tuple[int, str], ...]
    columns: Mapping[str, int]

    def texts(self, column: str) -> tuple[str, ...] | None:
        """The fields (R) of a column by its name in small letters; None where there is none."""
        position = self.columns.get(column)
        if position is None:
            return None
        return tuple(_bare(line.split(",")[position]) for _, line in self.rows)

    def numbers(self, columns: Sequence[str]) -> F64 | None:
        """The numbers (R, K) of other columns; None where one of them is missing.

        Raises:
            SourceError: with every field that is no number.
        """
        if any(column not in self.columns for column in columns):
            return None
        faults: list[Fault] = []
        found = np.zeros((len(self.rows), len(columns)))
        for k, column in enumerate(columns):
            for row, text in enumerate(self.texts(column) or ()):
                found[row, k] = value = number_in(text)
                if not math.isfinite(value) and len(faults) < MAX_FAULTS:
                    message = f"{column} is {text or 'nothing'}, expected a number"
                    faults.append(fault(self.place(row, column), "no-number", message))
        if faults:
            raise SourceError(faults)
        return found

    def place(self, row: int, column: str) -> Place:
        """Where a field stands in the file."""
        number, line = self.rows[row]
        return _place(self.name, number, line, self.columns[column])


def read_channel_table(
    path: Path, channels: Sequence[str], *, partial: bool = False
) -> ChannelTable:
    """The weights of ``channels`` in the file ``path``, one row a frame.

    Columns are found by name, in any spelling that is known, without regard to case, spaces or
    order; channels without a column also by the names of other systems. Where the file may be
    ``partial``, channels that it lacks are at rest.

    Raises:
        SourceError: with every fault: no such file, no rows, a column that is missing or comes
            twice, a row of another length, something that is no number or no weight.
    """
    name = shown_path(path)
    header, *lines = read_text(path).split("\n")
    columns, absent, faults = _columns(header, name, channels, lines[0] if lines else "")
    if partial:
        faults = [one for one in faults if one.code != "column-missing"]
    if faults:
        raise SourceError(faults)
    texts = [_bare(one) for one in header.split(",")]
    own = [columns[one.casefold()] for one in channels if one.casefold() in columns]
    others = tuple(
        text
        for at, text in enumerate(texts)
        if text and at not in own and _channel(text, channels) is None
    )
    width = header.count(",") + 1
    wanted = [(one, columns[one.casefold()]) for one in channels if one not in absent]
    rows: list[tuple[int, str]] = []
    weights: list[list[float]] = []
    lost = 0
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        fields = [_bare(field) for field in line.split(",")]
        whole = len(fields) == width
        found = [fields[at] for _, at in wanted] if whole else fields[2:]
        if not any(found):
            lost += 1
        elif not whole:
            faults.append(_length_fault(_place(name, number, line, 0), len(fields), width))
        else:
            values = [number_in(text) for text in found]
            for (channel, at), text, value in zip(wanted, found, values, strict=True):
                if not LOWEST <= value <= HIGHEST:
                    place = _place(name, number, line, at)
                    faults.append(_weight_fault(place, channel, text, value))
            rows.append((number, line))
            weights.append(values)
        if len(faults) >= MAX_FAULTS:
            break
    if not faults and not rows:
        message = "there is a header, and no row of weights below it"
        faults.append(fault(name, "no-rows", message))
    if faults:
        raise SourceError(faults)
    filled = np.zeros((len(rows), len(channels)), dtype=np.float64)
    filled[:, [channel not in absent for channel in channels]] = weights
    return ChannelTable(
        name=name,
        header=header,
        weights=filled,
        lost=lost,
        absent=absent,
        others=others,
        rows=tuple(rows),
        columns=columns,
    )


def is_other_table(path: Path, channels: Sequence[str]) -> bool:
    """Whether a CSV is certainly no take, damaged or not: no word of its header is like a channel.

    False where it cannot be read, or does not begin with a line of text.
    """
    try:
        with open_regular(path, RECORDING) as file:
            header = file.readline(_LONGEST).decode("utf-8-sig", "replace").strip()
    except OSError:
        return False
    texts = [_bare(field) for field in re.split(r"[,;\t]", header)]
    if not header.replace("\t", " ").isprintable() or not any(map(str.isalpha, header)):
        return False
    return not any(_is_of_a_take(text, channels) for text in texts if text)


def _is_of_a_take(text: str, channels: Sequence[str]) -> bool:
    folded = text.casefold()
    return (
        folded in _TAKES_OWN
        or any(folded.endswith(one.casefold()) for one in channels)
        or bool(_channel(text, channels) or _channels_of_other(text, channels))
        or nearest(text, channels) is not None
    )


def _columns(
    header: str, name: str, channels: Sequence[str], sample: str
) -> tuple[dict[str, int], tuple[str, ...], list[Fault]]:
    """Where each column stands, the channels that are missing, and what is wrong with the line.

    ``sample`` is the line below it.
    """
    texts = [_bare(field) for field in header.split(",")]
    columns: dict[str, int] = {}
    faults: list[Fault] = []
    for position, text in enumerate(texts):
        column = (_channel(text, channels) or text).casefold()
        if text and column in columns:
            place = _place(name, 1, header, position)
            faults.append(fault(place, "column-twice", f"a second column {text}"))
        columns.setdefault(column, position)
    _fill(columns, texts, channels)
    absent = tuple(channel for channel in channels if channel.casefold() not in columns)
    if len(absent) == len(channels):
        hint = "expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,..."
        other = next((mark for mark in (";", "\t") if header.count(mark) > header.count(",")), "")
        longer = (text for text in texts if text.casefold().endswith(channels[0].casefold()))
        if other:
            hint += f"; found {other!r} between the fields: save the file with commas"
            hint += ", and with points in its numbers" if "," in sample else ""
        elif text := next(longer, ""):
            hint += f"; found {text}: write {channels[0]}, and the others likewise"
        elif alike := [(one, near) for one in texts if one and (near := nearest(one, channels))]:
            hint += f"; is {', '.join(map(' '.join, alike))}?"
        message = "the first line names no channel"
        return columns, absent, [fault(Place(name, 1, 1), "no-header", message, hint)]
    unknown = [
        text
        for text in texts
        if _channel(text, channels) is None and not _channels_of_other(text, channels)
    ]
    for channel, hint in missed(absent, unknown):
        message = f"there is no column {channel}"
        faults.append(fault(Place(name, 1, 1), "column-missing", message, hint))
    return columns, absent, faults


def _fill(columns: dict[str, int], texts: Sequence[str], channels: Sequence[str]) -> None:
    """Columns of channels that have none, by names of other systems, the first of a channel's."""
    for position, text in enumerate(texts):
        for channel in _channels_of_other(text, channels):
            columns.setdefault(channel.casefold(), position)


def _channels_of_other(text: str, channels: Sequence[str]) -> tuple[str, ...]:
    if _channel(text, channels):
        return ()
    return tuple(one for one in channels_of_other(text) if one in channels)


def _channel(text: str, channels: Sequence[str]) -> str | None:
    return channel_named(text, tuple(channels))


def _length_fault(place: Place, found: int, width: int) -> Fault:
    hint = "the file may have been cut off here"
    if found > width:
        hint = "is a comma the decimal sign here? write 0.5 for 0,5"
    message = f"{found} fields, expected {width} as in the header"
    return fault(place, "row-length", message, hint)


def _weight_fault(place: Place, channel: str, text: str, value: float) -> Fault:
    if not math.isfinite(value):
        found = repr(text) if text else "nothing"
        return fault(place, "no-number", f"{channel} is {found}, expected a number")
    hint = "are these percentages? divide them by 100" if abs(value) > HIGHEST else ""
    message = f"{channel} is {text}, expected a weight from 0 to 1"
    return fault(place, "no-weight", message, hint)


def _bare(text: str) -> str:
    return text.strip().strip('"')


def _place(name: str, number: int, line: str, position: int) -> Place:
    """Where the text of a field begins, spaces and quotes before it passed over."""
    fields = line.split(",")
    start = sum(len(field) + 1 for field in fields[:position])
    return Place(name, number, start + max(0, fields[position].find(_bare(fields[position]))) + 1)


def refuse_steps_back(table: ChannelTable, column: str, moments: F64) -> None:
    """See that the ``moments`` (N,) that ``column`` tells never go back.

    Raises:
        SourceError: they do, with each place.
    """
    texts = table.texts(column) or ()
    if back := steps_back(moments):
        raise SourceError(
            fault(
                table.place(row + 1, column),
                "time-goes-back",
                f"{texts[row + 1]} comes after {texts[row]}",
                TWO_TAKES,
            )
            for row in back
        )
