"""JSON with an object for each frame, as programs write down what a face tracker gave them.

``[{"timestamp": 33.4, "blendshapes": {"jawOpen": 0.2, ...}}, ...]``: a list, the list of an object,
or one frame a line. A frame's weights stand by name, or as MediaPipe gives them: categories with
name and score, in lists of their own or not. A frame without any is one in which no face was seen.
Clocks are those of `named_table`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from mien.errors import SourceError
from mien.formats.channel_table import HIGHEST, LOWEST
from mien.formats.named_json import JsonDocument, parsed_json, shown_value
from mien.formats.named_table import CLOCKS, MEDIAPIPE
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F64, Take, recorded_take
from mien.formats.text_file import read_text
from mien.formats.timecode import (
    TWO_TAKES,
    clock,
    nominal_rate,
    paced_seconds,
    parse_timecode,
    steps_back,
)
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.node import Path as NodePath
from mien.text.node import Place, path_text
from mien.text.spellings import channel_named

_LISTS = ("frames", "results", "blendshapes", "faceblendshapes")
_WEIGHTS = frozenset(("blendshapes", "faceblendshapes", "weights", "coefficients"))
_NAMES = ("categoryName", "category_name", "name", "displayName")
_SCORES = ("score", "value", "weight")
_INNER = "categories"

_LIST = re.compile(r"\s*\[")
_NAMED_LIST = re.compile(rf'"(?:{"|".join(_LISTS)})"\s*:\s*\[\s*[\[{{]', re.IGNORECASE)
_LINES = re.compile(r"\s*\{[^\n]*\}\s*\n\s*\{")

Frame = Mapping[str, Any]
_Values = list[tuple[str, object]]


def recognises(start: str) -> bool:
    """Whether a JSON text that starts so is a list of frames, or has one frame a line."""
    return bool(_LIST.match(start) or _LINES.match(start) or _NAMED_LIST.search(start))


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take; a rate is for files whose frames have no clock. `SourceError`: with every fault."""
    wanted = asked.names
    document = _FrameDocument(shown_path(path), read_text(path))
    frames = document.objects(_FRAMES)
    flat = frozenset(one for one in frames[0] if channel_named(one, wanted))
    values = [_values(frame, flat) for frame in frames]
    seen = [row for row, one in enumerate(values) if one]
    if not seen:
        raise document.refusal((_FRAMES, 0), "no frame names a channel with its weight")
    names = dict.fromkeys(name for row in values for name, _ in row)
    spelled = {name: channel_named(name, wanted) or name for name in names}
    rows = [{spelled[name]: one for name, one in values[row]} for row in seen]
    own = tuple(dict.fromkeys(spelled.values()))
    absent = document.absent(wanted, own, partial=asked.partial, key=_FRAMES, others=frames[0])
    there = [None if channel in absent else channel for channel in wanted]
    weights = _weights(document, rows, seen, there)
    moments, found = _times(document, frames, asked.rate)
    return recorded_take(
        found,
        wanted,
        moments[seen],
        weights,
        source=document.name,
        lost=len(frames) - len(seen),
        absent=absent,
        unknown=tuple(one for one in own if one not in wanted and one != MEDIAPIPE),
    )


_FRAMES = "frames"


class _FrameDocument(JsonDocument):
    """The frames of a file as the list under ``frames``, however it holds them."""

    def __init__(self, name: str, text: str) -> None:
        self._lines: list[int] = []
        self._key: str | None = None
        super().__init__(name, text, {_FRAMES: self._frames(name, text)})

    def place(self, path: NodePath) -> Place:
        """Where ``path`` below the frames stands in the file."""
        if self._lines:
            row = path[1] if len(path) > 1 else 0
            return Place(self.name, self._lines[row if isinstance(row, int) else 0], 1)
        return super().place(path[1:] if self._key is None else (self._key, *path[1:]))

    def _frames(self, name: str, text: str) -> object:
        if _LINES.match(text):
            lines = [(at, line) for at, line in enumerate(text.split("\n")) if line.strip()]
            self._lines = [at + 1 for at, _ in lines]
            return [parsed_json(line, name, at) for at, line in lines]
        data = parsed_json(text, name)
        if isinstance(data, dict):
            found = cast("Mapping[str, object]", data)
            self._key = next((key for key in found if key.casefold() in _LISTS), "")
            return [_as_frame(one) for one in _list(found.get(self._key))]
        return [_as_frame(one) for one in _list(data)]


def _as_frame(one: object) -> object:
    """MediaPipe's results without a frame about them are a frame's weights."""
    return {"blendshapes": cast("list[object]", one)} if isinstance(one, list) else one


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _values(frame: Frame, flat: Container[str]) -> _Values:
    """The names and values of a frame's weights; those ``flat`` in it if they have no list."""
    key = next((one for one in frame if one.replace("_", "").casefold() in _WEIGHTS), None)
    if key is not None:
        return list(_listed(frame[key]))
    if isinstance(frame.get(_INNER), list):
        return list(_listed(frame[_INNER]))
    return [(name, one) for name, one in frame.items() if name in flat]


def _listed(value: object) -> Iterator[tuple[str, object]]:
    """By name, or in lists of categories; of several faces the first."""
    if isinstance(value, list):
        entries = cast("list[object]", value)
        if entries and all(_category(one) for one in entries):
            yield from (pair for one in entries if (pair := _category(one)))
        elif entries:
            yield from _listed(entries[0])
    elif isinstance(value, dict):
        named = cast("Frame", value)
        yield from _listed(named[_INNER]) if _INNER in named else named.items()


def _category(value: object) -> tuple[str, object] | None:
    if not isinstance(value, dict):
        return None
    one = cast("Frame", value)
    name = next((one[key] for key in _NAMES if isinstance(one.get(key), str)), None)
    score = next((key for key in _SCORES if key in one), None)
    return None if name is None or score is None else (name, one[score])


def _weights(
    document: JsonDocument,
    rows: Sequence[Mapping[str, object]],
    seen: Sequence[int],
    channels: Sequence[str | None],
) -> F64:
    """The weights (R, C) of ``rows``, which are the frames ``seen``; 0 without a channel."""
    weights = np.zeros((len(rows), len(channels)))
    faults: list[Fault] = []
    for at, (row, frame) in enumerate(zip(rows, seen, strict=True)):
        for column, channel in enumerate(channels):
            value = 0.0 if channel is None else row.get(channel)
            if isinstance(value, float) and LOWEST <= value <= HIGHEST:
                weights[at, column] = value
            elif len(faults) < MAX_FAULTS:
                found = "nothing" if value is None else shown_value(value)
                message = f"{channel} is {found}, expected a weight from 0 to 1"
                where = (_FRAMES, frame)
                faults.append(
                    fault(document.place(where), "no-weight", message, path=path_text(where))
                )
    if faults:
        raise SourceError(faults)
    return weights


def _times(
    document: JsonDocument, frames: Sequence[Frame], rate: float | None
) -> tuple[F64, float]:
    """The moments (N,) of all frames in seconds, and how many there are in a second."""
    key = next((one for one in frames[0] if one.casefold() in CLOCKS), None)
    seconds = None if key is None else _seconds(document, frames, key)
    if seconds is None and rate is None:
        message = "no frame tells its time, and no rate was given"
        hint = "write it as timestamp, in seconds or milliseconds, or say how many are in a second"
        raise document.refusal((_FRAMES, 0), message, hint)
    if seconds is None:
        found = rate or 1.0
        return np.arange(len(frames)) / found, found
    if back := steps_back(seconds):
        message = "its time is before that of the frame before it"
        paths = [(_FRAMES, row + 1) for row in back]
        raise SourceError(
            fault(document.place(one), "time-goes-back", message, TWO_TAKES, path_text(one))
            for one in paths
        )
    return seconds, nominal_rate(seconds)


def _seconds(document: JsonDocument, frames: Sequence[Frame], key: str) -> F64 | None:
    """By the clock under ``key``; None where it counts frames."""
    values = [frame.get(key) for frame in frames]
    codes = [parse_timecode(one) if isinstance(one, str) else None for one in values]
    known = [one for one in codes if one is not None]
    if len(known) == len(values):
        return clock(known).seconds
    numbers = [one for one in values if isinstance(one, float)]
    if len(numbers) < len(values):
        row = next(at for at, one in enumerate(values) if not isinstance(one, float))
        message = f"{key} is {shown_value(values[row])}, expected seconds or a timecode"
        raise document.refusal((_FRAMES, row), message)
    try:
        return paced_seconds(np.array(numbers))
    except ValueError as error:
        message = f"{key} goes on by {error} a frame, which is no pace of a face"
        raise document.refusal((_FRAMES, 0), message) from None
