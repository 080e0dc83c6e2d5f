"""Takes, and the faces of a bank, as JSON that names its channels.

An object of ``frame_rate``, ``channels`` (C names) and ``weights`` (N lists of C numbers), with
``source`` where it is known, ``times`` (N seconds) where rows do not come at an even pace, and
``head`` (N, 3) and ``eyes`` (N, 6) in degrees where they were recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, cast

import numpy as np
import numpy.typing as npt

from mien.errors import SourceError
from mien.formats.arkit import missed_together
from mien.formats.channel_table import HIGHEST, LOWEST
from mien.formats.faces import FaceSet
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F32, F64, Take, as_take, recorded_take
from mien.formats.text_file import read_text
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import fault, refusal
from mien.text.files import shown_path
from mien.text.json_nodes import JsonPlaces
from mien.text.node import Path as NodePath
from mien.text.node import Place, path_text
from mien.text.suggest import nearest

NO_CHANNELS = "it names none of the channels that are wanted"

_DIGITS = 6
_EVEN = 1e-6
"""Seconds by which rows may lie off an even pace."""


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take, its channels in the file's own order if no other is asked for.

    Raises:
        SourceError: with every fault of the file and its place.
    """
    document = JsonDocument(shown_path(path), read_text(path))
    own = document.channels()
    wanted = own if asked.channels is None else asked.names
    absent = document.absent(wanted, own, partial=asked.partial)
    weights = document.rows("weights", len(own))
    document.check_weights(weights, own)
    frame_rate = document.frame_rate()
    found = np.zeros((len(weights), len(wanted)))
    for column, channel in enumerate(wanted):
        if channel not in absent:
            found[:, column] = weights[:, own.index(channel)]
    return recorded_take(
        frame_rate,
        wanted,
        document.times(len(weights), frame_rate),
        found,
        head=document.rotations("head", 3, len(weights)),
        eyes=document.rotations("eyes", 6, len(weights)),
        source=str(document.data.get("source", document.name)),
        absent=absent,
        unknown=tuple(name for name in own if name not in wanted),
    )


def encode(take: Take) -> bytes:
    """The file of a take."""
    return "".join(pieces(take)).encode()


def pieces(take: Take) -> Iterator[str]:
    """The text of a take, six digits behind the point."""
    data: dict[str, object] = {"frame_rate": _whole(take.rate), "channels": list(take.channels)}
    even = np.arange(len(take.times)) / take.rate
    if np.abs(take.times - even).max(initial=0.0) > _EVEN:
        data["times"] = _rounded(take.times)
    data["weights"] = _rounded(take.weights)
    data |= {
        name: _rounded(angles)
        for name, angles in (("head", take.head), ("eyes", take.eyes))
        if angles is not None
    }
    if take.source:
        data["source"] = take.source
    yield json.dumps(data)


def stream(
    rate: float, channels: tuple[str, ...], blocks: Iterable[F32 | Take], source: str = ""
) -> Iterator[str]:
    """As `pieces`, of weights (n, C) or takes that come in blocks.

    Rotations, which stand behind all weights, are held until then.
    """
    head = json.dumps({"frame_rate": _whole(rate), "channels": list(channels)})
    yield f'{head[:-1]}, "weights": ['
    comma = ""
    turns: dict[str, list[F32]] = {"head": [], "eyes": []}
    for block in blocks:
        take = as_take(rate, channels, block)
        if len(take.times):
            yield comma + json.dumps(_rounded(take.weights))[1:-1]
            comma = ", "
        for name, angles in (("head", take.head), ("eyes", take.eyes)):
            turns[name] += [] if angles is None else [angles]
    yield "]"
    for name, parts in turns.items():
        if any(part.any() for part in parts):
            yield f', "{name}": {json.dumps(_rounded(np.concatenate(parts)))}'
    yield (f', "source": {json.dumps(source)}' if source else "") + "}"


def face_pieces(faces: FaceSet) -> Iterator[str]:
    """The faces of a bank, each with the weights of all channels by name, exact to the bit."""
    head = {**faces.facts, "source": faces.source, "channels": list(faces.channels)}
    yield json.dumps(head)[:-1] + ', "faces": ['
    for number, face in enumerate(faces.faces):
        own = {"label": face.label, "at": face.at, "style": face.style}
        text = json.dumps({**own, "weights": faces.weights_of(face)})
        yield (",\n" if number else "\n") + text
    yield "\n]}\n"


class JsonDocument:
    """What the file holds; its methods raise `SourceError` where that is no take."""

    def __init__(self, name: str, text: str, data: dict[str, Any] | None = None) -> None:
        """Read ``text``; with ``data`` that was done."""
        self.name = name
        self.data = self._parsed(text) if data is None else data
        self._text = text

    @cached_property
    def _places(self) -> JsonPlaces:
        return JsonPlaces(self._text, self.name)

    def place(self, path: NodePath) -> Place:
        """Where ``path`` in the document stands."""
        return self._places.of(path)

    def channels(self, key: str = "channels") -> tuple[str, ...]:
        """The names of a list (C), each of them once."""
        names = tuple(one for one in self._list(key) if isinstance(one, str))
        if not names or len(set(names)) != len(self._list(key)):
            raise self.refusal((key,), "expected names of channels, each of them once")
        return names

    def absent(
        self,
        wanted: Sequence[str],
        own: Sequence[str],
        *,
        partial: bool,
        key: str = "channels",
        others: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """The wanted channels that the file does without: tongueOut alone, or any if partial.

        ``others`` are further names that may be meant for them.
        """
        absent = tuple(channel for channel in wanted if channel not in own)
        unknown = [name for name in (*own, *others) if name not in wanted]
        missing, hint = missed_together(absent, unknown)
        if partial and len(absent) == len(wanted):
            raise self.refusal((key,), NO_CHANNELS)
        if missing and not partial:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            some = ", ".join(missing[:3]) + more
            raise self.refusal((key,), f"there is no {some}", hint)
        return absent

    def objects(self, key: str) -> list[Mapping[str, Any]]:
        """A list of objects; there is one at least."""
        found = self._list(key)
        for position, one in enumerate(found):
            if not isinstance(one, dict):
                raise self.refusal((key, position), f"found {shown_value(one)}, expected {{ }}")
        return cast("list[Mapping[str, Any]]", found)

    def rows(self, key: str, width: int) -> F64:
        """Lists of ``width`` numbers (N, width)."""
        rows = self._list(key)
        for position, row in enumerate(rows):
            fields = cast("list[object]", row) if isinstance(row, list) else []
            if len(fields) != width:
                found = f"{len(fields)} of them" if isinstance(row, list) else shown_value(row)
                message = f"expected a list of {width} numbers, found {found}"
                raise self.refusal((key, position), message)
            self._check_numbers((key, position), fields)
        return np.array(rows, dtype=np.float64).reshape(len(rows), width)

    def check_weights(self, weights: F64, channels: Sequence[str], key: str = "weights") -> None:
        """Refuse numbers (N, C) that are no weights."""
        wrong = np.argwhere(~((weights >= LOWEST) & (weights <= HIGHEST)))[:MAX_FAULTS]
        if len(wrong):
            paths: list[NodePath] = [(key, row, column) for row, column in wrong.tolist()]
            raise SourceError(
                fault(
                    self.place(path),
                    "no-weight",
                    f"{channels[column]} is {weights[row, column]:g}, expected a weight in [0, 1]",
                    path=path_text(path),
                )
                for path, (row, column) in zip(paths, wrong.tolist(), strict=True)
            )

    def frame_rate(self, key: str = "frame_rate") -> float:
        """Frames a second, above 0."""
        value = self._value(key)
        if isinstance(value, float) and 0.0 < value < np.inf:
            return value
        raise self.refusal((key,), f"found {shown_value(value)}, expected a number above 0")

    def times(self, rows: int, rate: float) -> F64:
        """The moments (N,) of the rows in seconds: as written, else at an even pace."""
        if "times" not in self.data:
            return np.arange(rows, dtype=np.float64) / rate
        value = self._list("times")
        self._check_numbers(("times",), value)
        times = np.array(value, dtype=np.float64)
        if len(times) != rows or not np.isfinite(times).all() or (np.diff(times) < 0.0).any():
            raise self.refusal(("times",), f"expected {rows} moments in seconds that do not fall")
        return times

    def rotations(self, key: str, width: int, rows: int) -> F64 | None:
        """Angles (N, width) in degrees, where there are any."""
        if key not in self.data:
            return None
        angles = self.rows(key, width)
        if len(angles) != rows or not np.isfinite(angles).all():
            raise self.refusal((key,), f"expected {rows} rows of angles in degrees")
        return angles

    def _parsed(self, text: str) -> dict[str, Any]:
        data = parsed_json(text, self.name)
        if isinstance(data, dict):
            return cast("dict[str, Any]", data)
        reason = f"found {shown_value(data)}, expected frame_rate, channels and weights in {{ }}"
        raise _no_json(Place(self.name), reason)

    def _check_numbers(self, path: NodePath, values: Sequence[object]) -> None:
        for position, value in enumerate(values):
            if not isinstance(value, float):
                message = f"found {shown_value(value)}, expected a number"
                raise self.refusal((*path, position), message)

    def _list(self, key: str) -> list[object]:
        value = self._value(key)
        if not isinstance(value, list) or not value:
            raise self.refusal((key,), f"found {shown_value(self._value(key))}, expected a list")
        return cast("list[object]", value)

    def _value(self, key: str) -> object:
        if key not in self.data:
            close = nearest(key, list(self.data))
            raise self.refusal((), f"there is no {key}", f"is it {close}?" if close else "")
        return cast("object", self.data[key])

    def refusal(self, path: NodePath, message: str, hint: str = "") -> SourceError:
        """What to raise where ``path`` in the document is wrong."""
        return refusal(self.place(path), "no-take", message, hint, path_text(path))


def parsed_json(text: str, name: str, line: int = 0) -> object:
    """What JSON text holds, all numbers floats; ``line`` lines stand before it in the file.

    Raises:
        SourceError: it cannot be read, or has a number that is none.
    """

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"found {constant}, expected a number")

    place = Place(name, line + 1, 1) if line else Place(name)
    try:
        return json.loads(text, parse_constant=refuse, parse_int=float)
    except json.JSONDecodeError as error:
        place, reason = Place(name, line + error.lineno, error.colno), error.msg.lower()
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    raise _no_json(place, reason)


def _no_json(place: Place, reason: str) -> SourceError:
    return refusal(place, "no-json", f"this cannot be read as JSON: {reason}")


def shown_value(value: object) -> str:
    """A value in at most forty characters."""
    text = f"{value:g}" if isinstance(value, float) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _whole(rate: float) -> float:
    return int(rate) if rate == int(rate) else rate


def _rounded(values: npt.NDArray[np.floating[Any]]) -> list[Any]:
    return cast("list[Any]", np.round(values.astype(np.float64), _DIGITS).tolist())
