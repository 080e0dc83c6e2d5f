"""GLB files as they are written: new ones, and others with a new JSON chunk and more bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.gltf.container import BINARY, CHUNK_HEAD, HEAD, JSON, MAGIC, Chunk
from mien.gltf.json_edit import compact
from mien.gltf.model import Model
from mien.gltf.read import EXTRAS
from mien.text.regular_file import AVATAR, open_regular

F32 = npt.NDArray[np.float32]

FLOAT = 5126
_PIECE = 1 << 20
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Binary:
    """The bytes of a new buffer, its views and its accessors; equal numbers are held once.

    ``start`` is where the bytes lie in the buffer; ``views`` and ``accessors`` are how many of them
    there are before.
    """

    def __init__(self, start: int = 0, views: int = 0, accessors: int = 0) -> None:
        self._start = start
        self._first_view, self._first_accessor = views, accessors
        self._data = bytearray()
        self._known: dict[tuple[bytes, int, bool], int] = {}
        self.views: list[dict[str, object]] = []
        self.accessors: list[dict[str, object]] = []

    def add(self, numbers: F32, *, limits: bool = False) -> int:
        """The accessor of numbers (N,) or (N, W); ``limits`` where glTF asks for the extremes."""
        rows = numbers.reshape(len(numbers), -1)
        data = rows.astype("<f4").tobytes()
        key = (data, rows.shape[1], limits)
        if key in self._known:
            return self._known[key]
        start = self._start + len(self._data)
        self.views.append({"buffer": 0, "byteOffset": start, "byteLength": len(data)})
        self._data += data
        accessor: dict[str, object] = {
            "bufferView": self._first_view + len(self.views) - 1,
            "componentType": FLOAT,
            "count": len(rows),
            "type": _KINDS[rows.shape[1]],
        }
        if limits:
            accessor["min"] = rows.min(axis=0).tolist()
            accessor["max"] = rows.max(axis=0).tolist()
        self.accessors.append(accessor)
        self._known[key] = self._first_accessor + len(self.accessors) - 1
        return self._known[key]

    def sampler(self, times: F32, values: F32) -> dict[str, object]:
        """The sampler of moments (K,) in seconds and values (K,) or (K, W), straight between."""
        return {
            "input": self.add(times, limits=True),
            "output": self.add(values),
            "interpolation": "LINEAR",
        }

    @property
    def data(self) -> bytes:
        """All bytes."""
        return bytes(self._data)


@frozen(kw_only=True)
class Rewrite:
    """A model with another JSON chunk, and ``more`` bytes at the end of its binary chunk.

    Of that chunk ``kept`` bytes stay before them, all where it is None. ``remarks`` are sentences
    for people.
    """

    text: str = field(repr=False)
    kept: int | None = None
    more: bytes = field(default=b"", repr=False)
    remarks: tuple[str, ...] = ()


def glb_bytes(document: Mapping[str, object], note: object, numbers: Binary) -> bytes:
    """The file of a document of mien's own, with a note of its source and its numbers."""
    whole = {
        "asset": {"version": "2.0", "generator": "mien", "extras": {EXTRAS: note}},
        **document,
        "accessors": numbers.accessors,
        "bufferViews": numbers.views,
        "buffers": [{"byteLength": len(numbers.data)}],
    }
    chunks = _chunk(JSON, compact(whole).encode(), b" ")
    if numbers.data:
        chunks += _chunk(BINARY, numbers.data, bytes(1))
    return struct.pack("<4sII", MAGIC, 2, HEAD + len(chunks)) + chunks


def json_chunk(text: str) -> bytes:
    """The data of a JSON chunk: spaces at its end make a whole number of four bytes."""
    data = text.encode().rstrip(b" ")
    return data + b" " * (-len(data) % 4)


def rewritten(model: Model, change: Rewrite) -> Iterator[bytes]:
    """The file of a GLB after a change, in pieces of a mebibyte at most; it is read meanwhile.

    Raises:
        OSError: the file cannot be read any more, or has become shorter.
    """
    text = json_chunk(change.text)
    binary = model.container.binary
    rest: list[tuple[Chunk, int, bytes]] = []
    for chunk in model.container.chunks[1:]:
        own = chunk is binary
        kept = chunk.length if change.kept is None or not own else change.kept
        more = change.more if own else b""
        rest.append((chunk, kept, more + bytes(-(kept + len(more)) % 4 if more else 0)))
    length = sum(CHUNK_HEAD + kept + len(more) for _, kept, more in rest)
    yield struct.pack("<4sII", MAGIC, 2, HEAD + CHUNK_HEAD + len(text) + length)
    yield struct.pack("<I4s", len(text), JSON) + text
    with open_regular(model.path, AVATAR) as stream:
        for chunk, kept, more in rest:
            yield struct.pack("<I4s", kept + len(more), chunk.kind)
            stream.seek(chunk.start)
            left = kept
            while left:
                piece = stream.read(min(left, _PIECE))
                if not piece:
                    raise OSError(None, "it became shorter meanwhile", str(model.path))
                left -= len(piece)
                yield piece
            yield more


def _chunk(kind: bytes, data: bytes, padding: bytes) -> bytes:
    data += padding * (-len(data) % 4)
    return struct.pack("<I4s", len(data), kind) + data
