"""The CSV files of the Live Link Face app, of Unreal, and of tools that write alike.

The app puts JawRight before JawLeft and MouthRight before MouthLeft, and nine rotations in radians
behind the weights. Files are read by the names of their columns, and written in the app's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.errors import SourceError
from mien.formats.channel_table import ChannelTable, read_channel_table, refuse_steps_back
from mien.formats.decimals import decimals
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F32, F64, Take, as_take, recorded_take
from mien.formats.text_file import read_text
from mien.formats.timecode import Clock, Timecode, clock, nominal_rate, parse_timecode
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import fault, refusal
from mien.text.node import Place

_TIMECODE, _FRAME_RATE, _COUNT = "Timecode", "FrameRate", "BlendShapeCount"
HEAD = ("HeadYaw", "HeadPitch", "HeadRoll")
EYES = tuple(f"{side}Eye{turn}" for side in ("Left", "Right") for turn in ("Yaw", "Pitch", "Roll"))
_OWN = {name.casefold() for name in (_TIMECODE, _FRAME_RATE, _COUNT, *HEAD, *EYES)}
_SWAPPED: Mapping[str, str] = {
    "jawLeft": "jawRight",
    "jawRight": "jawLeft",
    "mouthLeft": "mouthRight",
    "mouthRight": "mouthLeft",
}
_TICKS = 60
"""FF counts 60ths, as the app's does at any rate."""

_IMAGE_COUNT = "51"
"""The count in files made from videos, whose rotations are places in the picture."""

_LEEWAY = 0.05
"""A counter of frames may be this far off its nominal rate (30 counted for 29.97, 29 for 30)."""


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take.

    Where timecodes do no more than number the frames, the rate says how many there are in a second:
    for a recorder that counts 30 for 29.97 and drops nothing. Where they read a clock, that counts.

    Raises:
        SourceError: with every fault of the file and its place.
    """
    names = asked.names
    table = read_channel_table(path, names, partial=asked.partial)
    moments = clock(_codes(table, names), _stated_base(table))
    refuse_steps_back(table, _TIMECODE.casefold(), moments.seconds)
    times, found = _timed(table, moments, asked.rate)
    measured = (table.texts(_COUNT.casefold()) or ("",))[0] != _IMAGE_COUNT
    head, eyes = (_degrees(table, group) if measured else None for group in (HEAD, EYES))
    return recorded_take(
        found,
        names,
        times,
        table.weights,
        head=head,
        eyes=eyes,
        source=table.name,
        lost=table.lost,
        absent=table.absent,
        unknown=tuple(name for name in table.others if name.casefold() not in _OWN),
    )


def start_of(path: Path) -> float | None:
    """The moment of the first row with a face in seconds of the day; None where none is told.

    Raises:
        SourceError: the file cannot be read.
    """
    header, *lines = read_text(path).split("\n")
    names = [name.strip().strip('"').casefold() for name in header.split(",")]
    if _TIMECODE.casefold() not in names:
        return None
    at = names.index(_TIMECODE.casefold())
    rows = [fields for line in lines if any((fields := line.split(","))[2:])]
    codes = [parse_timecode(fields[at].strip().strip('"')) for fields in rows if len(fields) > at]
    known = [code for code in codes if code is not None]
    return known[0].second + known[0].frame / clock(known).base if known else None


def pieces(take: Take) -> Iterator[str]:
    """The text of a take."""
    yield header(take.channels)
    yield from rows(take)


def encode(take: Take) -> bytes:
    """The file of a take."""
    return "".join(pieces(take)).encode()


def stream(
    rate: float, channels: tuple[str, ...], blocks: Iterable[F32 | Take], source: str = ""
) -> Iterator[str]:
    """As `pieces`, of weights (n, C) or takes that come in blocks; it names no source."""
    yield header(channels)
    done = 0
    for block in blocks:
        take = as_take(rate, channels, block)
        yield "".join(rows(take, start=done / rate))
        done += len(take.times)


def header(channels: Sequence[str]) -> str:
    """The first line, for ``channels`` in Apple's order."""
    names = (name[0].upper() + name[1:] for name in _order(channels))
    return ",".join((_TIMECODE, _COUNT, *names, *HEAD, *EYES)) + "\n"


def rows(take: Take, start: float = 0.0) -> Iterator[str]:
    """A line for each row; ``start`` is the moment of the first in seconds."""
    positions = _positions(take.channels)
    values = np.zeros((len(take.times), len(positions) + len(HEAD) + len(EYES)))
    values[:, : len(positions)] = take.weights.take(positions, axis=1)
    if take.head is not None:
        values[:, -len(HEAD + EYES) : -len(EYES)] = np.radians(take.head)
    if take.eyes is not None:
        values[:, -len(EYES) :] = np.radians(take.eyes)
    for moment, numbers in zip(take.times.tolist(), decimals(values), strict=True):
        yield f"{_timecode(start + moment)},{values.shape[1]}{numbers}\n"


@lru_cache(maxsize=8)
def _positions(channels: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Where the channels in Apple's order are among ``channels``."""
    return np.array([channels.index(name) for name in _order(channels)], dtype=np.intp)


def _order(channels: Sequence[str]) -> tuple[str, ...]:
    return tuple(_SWAPPED.get(name, name) for name in channels)


def _timecode(moment: float) -> str:
    """``HH:MM:SS:FF.fff``, to a thousandth of a 60th of a second."""
    frames, thousandths = divmod(round(moment * _TICKS * 1000), 1000)
    seconds, frame = divmod(frames, _TICKS)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minute:02d}:{second:02d}:{frame:02d}.{thousandths:03d}"


def _codes(table: ChannelTable, channels: Sequence[str]) -> list[Timecode]:
    texts = table.texts(_TIMECODE.casefold())
    if texts is None:
        message = f"there is no column {_TIMECODE}, which tells when each row was"
        own = {channel.casefold() for channel in channels}
        others = [name for name in table.columns if name not in own][:3]
        hint = f"found {', '.join(others)}: is one of them a clock?" if any(others) else ""
        raise refusal(Place(table.name, 1, 1), "column-missing", message, hint)
    codes = [parse_timecode(text) for text in texts]
    wrong = [row for row, code in enumerate(codes) if code is None][:MAX_FAULTS]
    if wrong:
        raise SourceError(
            fault(
                table.place(row, _TIMECODE.casefold()),
                "no-timecode",
                f"found {texts[row]!r}, expected a timecode such as 13:13:04:31.652",
            )
            for row in wrong
        )
    return [code for code in codes if code is not None]


def _stated_base(table: ChannelTable) -> int | None:
    """Unreal's own writer says in each row what FF counts to."""
    try:
        bases = {round(float(text)) for text in table.texts(_FRAME_RATE.casefold()) or ()}
    except ValueError:
        return None
    return bases.pop() if len(bases) == 1 and min(bases) > 0 else None


def _timed(table: ChannelTable, moments: Clock, rate: float | None) -> tuple[F64, float]:
    """The moments of the rows in seconds, and how many there are in a second."""
    found = nominal_rate(moments.seconds)
    if rate is None or not moments.counts:
        return moments.seconds, found
    if moments.certain and abs(rate / found - 1.0) > _LEEWAY:
        message = f"the timecodes count {found:.6g} rows a second, the rate given is {rate:g}"
        hint = "leave the rate out, and the timecodes tell it"
        raise refusal(table.name, "other-rate", message, hint)
    return moments.seconds * (found / rate), rate


def _degrees(table: ChannelTable, columns: Sequence[str]) -> F64 | None:
    radians = table.numbers([column.casefold() for column in columns])
    return None if radians is None else np.degrees(radians)
