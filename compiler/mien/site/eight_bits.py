"""A network for pages: its large matrices in 8 bits, a scale for each column, a quarter as large.

An ONNX file is a message of protocol buffers (onnx/onnx.proto). Each matrix is stored as int8 and
read back by operations of its own, so that every runtime of ONNX runs what is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mien.errors import QueryError

LARGE = 1 << 10
"""Numbers from which on a matrix is worth it."""

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_TENSOR = 1, 5
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOATS: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 10: np.dtype("<f2")}
_FLOAT, _INT8 = 1, 3
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
_MOST = 127

_Field = tuple[int, int, "int | bytes"]
"""Number, kind on the wire, value."""


def in_eight_bits(network: bytes) -> bytes:
    """The bytes of an ONNX file with its large matrices in 8 bits.

    Raises:
        QueryError: it is no such file, or cut short.
    """
    try:
        return _joined(
            (
                number,
                kind,
                _graph(value) if number == _MODEL_GRAPH and isinstance(value, bytes) else value,
            )
            for number, kind, value in _fields(network)
        )
    except (IndexError, ValueError) as error:
        raise QueryError("the network is no ONNX file, or cut short") from error


def _graph(data: bytes) -> bytes:
    kept: list[_Field] = []
    nodes: list[_Field] = []
    for number, kind, value in _fields(data):
        made = _tensor(value) if number == _GRAPH_TENSOR and isinstance(value, bytes) else None
        if made is None:
            kept.append((number, kind, value))
            continue
        readers, tensors = made
        nodes += [(_GRAPH_NODE, _BYTES, one) for one in readers]
        kept += [(_GRAPH_TENSOR, _BYTES, one) for one in tensors]
    return _joined([*nodes, *kept])


def _tensor(data: bytes) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]] | None:
    """What reads a large matrix back, and the matrix in 8 bits with its scales; None of others."""
    fields = _fields(data)
    found = {number: value for number, _, value in fields}
    dims = [one for number, _, value in fields if number == _DIMS for one in _whole(value)]
    raw, name, kind = found.get(_RAW), found.get(_NAME), found.get(_TYPE)
    of = _FLOATS.get(kind) if isinstance(kind, int) else None
    if of is None or not isinstance(raw, bytes) or not isinstance(name, bytes) or len(dims) != 2:
        return None
    if dims[0] * dims[1] < LARGE:
        return None
    matrix = np.frombuffer(raw, of).astype(np.float32).reshape(dims)
    scales = (np.abs(matrix).max(axis=0) / np.float32(_MOST)).astype(np.float32)
    scales[scales == 0.0] = 1.0
    small = np.clip(np.rint(matrix / scales), -_MOST, _MOST).astype(np.int8)
    held, by = name + b"_8", name + b"_by"
    tensors = (
        _named(held, _INT8, dims, small.tobytes()),
        _named(by, _FLOAT, dims[1:], scales.tobytes()),
    )
    return _readers(held, by, name), tensors


def _named(name: bytes, kind: int, dims: list[int], raw: bytes) -> bytes:
    sizes: list[_Field] = [(_DIMS, _VARINT, one) for one in dims]
    return _joined([*sizes, (_TYPE, _VARINT, kind), (_NAME, _BYTES, name), (_RAW, _BYTES, raw)])


def _readers(held: bytes, by: bytes, name: bytes) -> tuple[bytes, bytes]:
    """Cast to float32, times the scales: no pattern that a runtime rounds in its own way."""
    wide = name + b"_wide"
    to = _joined([(1, _BYTES, b"to"), (3, _VARINT, _FLOAT), (20, _VARINT, 2)])
    cast = [(1, _BYTES, held), (2, _BYTES, wide), (4, _BYTES, b"Cast"), (5, _BYTES, to)]
    times = [(1, _BYTES, wide), (1, _BYTES, by), (2, _BYTES, name), (4, _BYTES, b"Mul")]
    return _joined(cast), _joined(times)


def _whole(value: int | bytes) -> list[int]:
    """One number, or several in a row."""
    if isinstance(value, int):
        return [value]
    found: list[int] = []
    at = 0
    while at < len(value):
        one, at = _varint(value, at)
        found.append(one)
    return found


def _fields(data: bytes) -> list[_Field]:
    return list(_read(data))


def _read(data: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, kind, value
            continue
        size, at = _varint(data, at) if kind == _BYTES else (_FIXED.get(kind, len(data)), at)
        if at + size > len(data):
            raise ValueError(kind)
        yield number, kind, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = data[at]
        found |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return found, at
        shift += 7


def _joined(fields: Iterable[tuple[int, int, int | bytes]]) -> bytes:
    out = bytearray()
    for number, kind, value in fields:
        out += _number(number << 3 | kind)
        if isinstance(value, int):
            out += _number(value)
        else:
            out += (_number(len(value)) if kind == _BYTES else b"") + value
    return bytes(out)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
