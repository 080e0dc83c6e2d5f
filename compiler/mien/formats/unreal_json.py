"""The JSON that Unreal's own recorder of ARKit faces writes: a list of frames, weights by name.

``{"Frames": [{"TimeCode": {"Hours", "Minutes", "Seconds", "Frames"}, "FrameRate", "EyeBlinkLeft":
0.123, ...}]}``. Rotations of head and eyes stand among the weights, in radians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from mien.errors import SourceError
from mien.formats.livelink import EYES, HEAD
from mien.formats.named_json import JsonDocument
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F64, Take, recorded_take
from mien.formats.text_file import read_text
from mien.formats.timecode import TWO_TAKES, Timecode, clock, nominal_rate, steps_back
from mien.text.fault import fault
from mien.text.files import shown_path
from mien.text.node import Place
from mien.text.spellings import channel_named

_FRAMES, _TIMECODE, _RATE = "Frames", "TimeCode", "FrameRate"
_PARTS = ("Hours", "Minutes", "Seconds", "Frames")


def recognises(start: str) -> bool:
    """Whether a JSON text that starts so holds frames with their timecodes."""
    return f'"{_FRAMES}"' in start and f'"{_TIMECODE}"' in start


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take. `SourceError`: with every fault of the file and its place."""
    wanted = asked.names
    document = JsonDocument(shown_path(path), read_text(path))
    frames = document.objects(_FRAMES)
    names = [name for name in frames[0] if name not in (_TIMECODE, _RATE)]
    own = {name: channel_named(name, wanted) or name for name in names}
    absent = document.absent(wanted, list(own.values()), partial=asked.partial, key=_FRAMES)
    numbers = _numbers(document, frames, names)
    document.check_weights(
        numbers[:, [at for at, name in enumerate(names) if own[name] in wanted]],
        [name for name in names if own[name] in wanted],
        _FRAMES,
    )
    column = {own[name]: at for at, name in enumerate(names)}
    weights = np.zeros((len(frames), len(wanted)))
    for at, channel in enumerate(wanted):
        if channel in column:
            weights[:, at] = numbers[:, column[channel]]
    moments = clock(_codes(document, frames), _base(document, frames)).seconds
    _refuse_steps_back(document, moments)
    head, eyes = (_degrees(numbers, column, group) for group in (HEAD, EYES))
    turns = {*HEAD, *EYES}
    return recorded_take(
        nominal_rate(moments),
        wanted,
        moments,
        weights,
        head=head,
        eyes=eyes,
        source=document.name,
        dialect="Unreal",
        absent=absent,
        unknown=tuple(one for one in column if one not in wanted and one not in turns),
    )


def _numbers(
    document: JsonDocument, frames: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> F64:
    """The numbers (N, K) under ``names``, which every frame has."""
    for row, frame in enumerate(frames):
        for name in names:
            if not isinstance(frame.get(name), float):
                expected = f"expected a number under {name}, as in the first frame"
                raise document.refusal((_FRAMES, row, name), expected)
    return np.array([[frame[name] for name in names] for frame in frames], dtype=np.float64)


def _codes(document: JsonDocument, frames: Sequence[Mapping[str, Any]]) -> list[Timecode]:
    codes: list[Timecode] = []
    for row, frame in enumerate(frames):
        found = frame.get(_TIMECODE)
        given = cast("Mapping[str, object]", found) if isinstance(found, dict) else None
        fields = given or {}
        parts = [fields.get(name) for name in _PARTS]
        whole = [part for part in parts if isinstance(part, float) and 0.0 <= part < 1e6]
        if len(whole) < len(_PARTS):
            expected = f"expected numbers {', '.join(_PARTS)}"
            raise document.refusal((_FRAMES, row, _TIMECODE), expected)
        hours, minutes, seconds, number = whole
        codes.append(
            Timecode(second=int(hours * 3600 + minutes * 60 + seconds), frame=number, drop=False)
        )
    return codes


def _base(document: JsonDocument, frames: Sequence[Mapping[str, Any]]) -> int | None:
    """What the frames of a second are counted to, where every frame says the same."""
    rates = {frame.get(_RATE) for frame in frames}
    rate = rates.pop() if len(rates) == 1 else None
    return round(rate) if isinstance(rate, float) and 1.0 <= rate <= 1000.0 else None


def _degrees(numbers: F64, column: Mapping[str, int], names: Sequence[str]) -> F64 | None:
    if any(name not in column for name in names):
        return None
    return np.degrees(numbers[:, [column[name] for name in names]])


def _refuse_steps_back(document: JsonDocument, moments: F64) -> None:
    if back := steps_back(moments):
        raise SourceError(
            fault(
                Place(document.name),
                "time-goes-back",
                f"frame {row + 1} comes before frame {row}",
                TWO_TAKES,
                f"{_FRAMES}[{row + 1}]",
            )
            for row in back
        )
