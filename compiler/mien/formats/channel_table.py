"""Weights in a CSV file, read by the names in its header, with the place of every fault.

Dimension letters: R rows, C channels.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.errors import SourceError
from mien.formats.arkit import ABSENT
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.text.limits import MAX_FAULTS
from mien.text.place import Place
from mien.text.suggest import nearest

F64 = npt.NDArray[np.float64]

MAX_BYTES = 256 << 20
"""No recording is larger than this (256 MiB, over an hour at 60 frames a second)."""

LOWEST, HIGHEST = -0.5, 1.5
"""Trackers pass 0 and 1 a little; a number outside these is no weight."""


@frozen(kw_only=True)
class Cell:
    """One field of the file, without the spaces around it."""

    text: str
    place: Place


@frozen(kw_only=True, eq=False)
class ChannelTable:
    """What the file holds. ``weights`` (R, C) are as written, in the order that was asked for.

    ``texts`` are the columns that were asked for as text, R cells each; ``lost`` are the lines that
    hold no weights at all, as where a tracker saw no face; ``absent`` the channels that the file
    does without.
    """

    name: str
    weights: F64
    texts: dict[str, tuple[Cell, ...]]
    lost: int
    absent: tuple[str, ...]


def read_channel_table(
    path: Path, channels: Sequence[str], texts: Collection[str] = ()
) -> ChannelTable:
    """The weights of ``channels`` in the file ``path``, one row a frame.

    Columns are found by name, without regard to case, spaces or order; other columns are passed
    over. ``texts`` are names, in lower case, of columns to keep as text where they exist.

    Raises:
        SourceError: with every fault: no such file, no rows, a column that is missing or comes
            twice, a row of another length, something that is no number or no weight.
    """
    name = shown_path(path)
    lines = _lines(path, name)
    reader = _Reader(name, channels, texts)
    reader.header(_cells(lines[0], name, 1))
    if not reader.faults:
        for number, line in enumerate(lines[1:], start=2):
            if line.strip():
                reader.row(_cells(line, name, number))
            if len(reader.faults) >= MAX_FAULTS:
                break
    if not reader.faults and not reader.rows:
        reader.fault(Place(name), "no-rows", "there is a header, and no row of weights below it")
    if reader.faults:
        raise SourceError(reader.faults)
    return reader.table()


def _lines(path: Path, name: str) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refusal(name, "file-too-large", f"the file has over {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _refusal(name, "file-unreadable", f"the file cannot be read: {reason}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(
            name, "file-encoding", f"byte 0x{data[error.start]:02X} is not UTF-8 text"
        ) from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not text.strip():
        raise _refusal(name, "file-empty", "the file is empty")
    return lines


def _refusal(name: str, code: str, message: str) -> SourceError:
    return SourceError([Fault(place=Place(name), path="", code=code, message=message)])


def _cells(line: str, name: str, number: int) -> list[Cell]:
    cells: list[Cell] = []
    start = 0
    for part in line.split(","):
        bare = part.strip().strip('"')
        column = start + max(0, part.find(bare)) + 1
        cells.append(Cell(text=bare, place=Place(name, number, column)))
        start += len(part) + 1
    return cells


@frozen
class _Column:
    channel: str
    position: int = field(default=-1)


class _Reader:
    """What has been read so far, and what was wrong with it."""

    def __init__(self, name: str, channels: Sequence[str], texts: Collection[str]) -> None:
        self.faults: list[Fault] = []
        self.rows: list[list[float]] = []
        self._name = name
        self._channels = tuple(channels)
        self._wanted = frozenset(texts)
        self._columns: list[_Column] = []
        self._kept: dict[str, int] = {}
        self._texts: dict[str, list[Cell]] = {}
        self._width = 0
        self._lost = 0

    def fault(self, place: Place, code: str, message: str, hint: str = "") -> None:
        self.faults.append(Fault(place=place, path="", code=code, message=message, hint=hint))

    def header(self, cells: list[Cell]) -> None:
        """Take the first line: where each channel stands."""
        self._width = len(cells)
        found: dict[str, int] = {}
        for position, cell in enumerate(cells):
            key = cell.text.casefold()
            if key and key in found:
                self.fault(cell.place, "column-twice", f"a second column {cell.text}")
            found.setdefault(key, position)
        known = {channel.casefold() for channel in self._channels}
        unknown = [cell.text for cell in cells if cell.text.casefold() not in known]
        self._columns = [
            _Column(channel, found.get(channel.casefold(), -1)) for channel in self._channels
        ]
        self._kept = {name: found[name] for name in self._wanted if name in found}
        self._texts = {name: [] for name in self._kept}
        missing = [column.channel for column in self._columns if column.position < 0]
        if len(missing) == len(self._columns):
            self.fault(
                cells[0].place,
                "no-header",
                "the first line names no channel",
                "expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,...",
            )
            return
        for channel in missing:
            close = nearest(channel, unknown)
            if channel != ABSENT or close:
                self.fault(
                    Place(self._name, 1, 1),
                    "column-missing",
                    f"there is no column {channel}",
                    f"is it {close}? write the name as ARKit does" if close else "",
                )

    def row(self, cells: list[Cell]) -> None:
        """Take one line below the header."""
        if len(cells) != self._width:
            if all(not cell.text for cell in cells[2:]):
                self._lost += 1
                return
            self.fault(
                cells[0].place,
                "row-length",
                f"{len(cells)} fields, expected {self._width} as in the header",
                "the file may have been cut off here" if len(cells) < self._width else "",
            )
            return
        present = [column.position for column in self._columns if column.position >= 0]
        if not any(cells[position].text for position in present):
            self._lost += 1
            return
        self.rows.append(
            [
                self._weight(cells[column.position], column.channel)
                if column.position >= 0
                else 0.0
                for column in self._columns
            ]
        )
        for name, position in self._kept.items():
            self._texts[name].append(cells[position])

    def _weight(self, cell: Cell, channel: str) -> float:
        try:
            value = float(cell.text)
        except ValueError:
            found = repr(cell.text) if cell.text else "nothing"
            self.fault(cell.place, "no-number", f"{channel} is {found}, expected a number")
            return 0.0
        if LOWEST <= value <= HIGHEST:
            return value
        if math.isfinite(value):
            self.fault(
                cell.place,
                "no-weight",
                f"{channel} is {cell.text}, expected a weight from 0 to 1",
                "are these percentages? divide them by 100" if abs(value) > HIGHEST else "",
            )
        else:
            self.fault(cell.place, "no-number", f"{channel} is {cell.text}, expected a number")
        return 0.0

    def table(self) -> ChannelTable:
        return ChannelTable(
            name=self._name,
            weights=np.array(self.rows, dtype=np.float64),
            texts={name: tuple(cells) for name, cells in self._texts.items()},
            lost=self._lost,
            absent=tuple(column.channel for column in self._columns if column.position < 0),
        )
