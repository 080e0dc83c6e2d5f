"""The container: a .safetensors file with tensors in name order and one metadata text.

Eight bytes of little-endian header length, a JSON header padded with spaces to a multiple of eight,
then the tensors' little-endian bytes without gaps. The same content gives the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

import numpy as np
import numpy.typing as npt

from mien.artifact.refusals import bad_artifact

Array = npt.NDArray[np.float32] | npt.NDArray[np.int32]
Buffer = bytes | memoryview

KEY = "mien"
"""The one metadata key; several come back in no fixed order from other libraries."""

_PREFIX = 8
_LONGEST_HEADER = 100_000_000
_DTYPES: Mapping[str, npt.DTypeLike] = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4")}
_ITEM = 4
_MOST_DIMENSIONS = 8
_LARGEST = 2**53 - 1
_MOST_DIGITS = 20


def pack(tensors: Mapping[str, Array], metadata: str) -> bytes:
    """The bytes of a file that holds ``tensors`` and ``metadata``."""
    header: dict[str, object] = {"__metadata__": {KEY: metadata}}
    chunks: list[bytes] = []
    offset = 0
    for name in sorted(tensors):
        chunk = little_endian(tensors[name])
        header[name] = {
            "dtype": dtype_name(tensors[name]),
            "shape": list(tensors[name].shape),
            "data_offsets": [offset, offset + len(chunk)],
        }
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _PREFIX)
    return b"".join((len(text).to_bytes(_PREFIX, "little"), text, *chunks))


def unpack(data: Buffer) -> tuple[dict[str, Array], str]:
    """The tensors, read-only views of ``data`` where the machine allows, and the metadata.

    Raises:
        ArtifactError: the bytes are not such a file, or a part of one.
    """
    size = len(data)
    if size < _PREFIX:
        raise bad_artifact("too-short", size=size)
    length = int.from_bytes(data[:_PREFIX], "little")
    if not 2 <= length <= _LONGEST_HEADER:
        raise bad_artifact("header-length")
    start = _PREFIX + length
    if start > size:
        raise bad_artifact("header-cut", end=start, size=size)
    header = json_object(bytes(data[_PREFIX:start]), "the header")
    facts = header.pop("__metadata__", {})
    if not isinstance(facts, dict):
        raise bad_artifact("not-an-object", what="__metadata__")
    metadata = cast("dict[str, object]", facts).get(KEY)
    if not isinstance(metadata, str):
        raise bad_artifact("not-mien", key=KEY)
    tensors: dict[str, Array] = {}
    end = 0
    for name in sorted(header):
        tensors[name], end = _tensor(name, header[name], data, start, end)
    if start + end != size:
        raise bad_artifact("bytes-left", end=start + end, size=size)
    return tensors, metadata


def dtype_name(tensor: Array) -> str:
    """The format's name of the tensor's type."""
    return "F32" if tensor.dtype == np.float32 else "I32"


def little_endian(tensor: Array) -> bytes:
    """The tensor's bytes, row-major."""
    return tensor.astype(_DTYPES[dtype_name(tensor)], copy=False).tobytes()


def json_object(text: bytes | str, what: str) -> dict[str, object]:
    """The object of a JSON text without duplicate keys; ``what`` names the text in messages.

    Raises:
        ArtifactError: it is not one.
    """
    try:
        value: object = json.loads(
            text.decode() if isinstance(text, bytes) else text,
            object_pairs_hook=_without_duplicates,
            parse_int=_integer,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        raise bad_artifact("not-json", what=what) from None
    if not isinstance(value, dict):
        raise bad_artifact("not-an-object", what=what)
    return cast("dict[str, object]", value)


def whole_number(value: object) -> int | None:
    """The whole number that a JSON value is, if one that every JSON reader has exactly."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and abs(value) <= _LARGEST else None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _integer(digits: str) -> int | float:
    """The number; infinity beyond float64, as in other readers, where Python would refuse."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _tensor(name: str, entry: object, data: Buffer, start: int, begin: int) -> tuple[Array, int]:
    """The tensor whose bytes must begin at ``begin`` after the header, and where they end."""
    found = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    kind = found.get("dtype")
    dtype = _DTYPES.get(kind) if isinstance(kind, str) else None
    shape, offsets = _sizes(found.get("shape")), _sizes(found.get("data_offsets"))
    if dtype is None or shape is None or offsets is None or set(found) != _ENTRY:
        raise bad_artifact("tensor-entry", name=name)
    if len(shape) > _MOST_DIMENSIONS:
        most = f"{_MOST_DIMENSIONS} at most"
        raise bad_artifact("tensor-dimensions", name=name, found=len(shape), expected=most)
    # Zeros aside: NumPy refuses a shape whose other extents overflow, though it has no items.
    if math.prod(extent or 1 for extent in shape) * _ITEM > len(data):
        raise bad_artifact("tensor-size", name=name, shape=shape, size=len(data))
    count = math.prod(shape)
    end = begin + count * _ITEM
    if offsets != [begin, end]:
        raise bad_artifact("tensor-place", name=name, found=offsets, expected=[begin, end])
    if start + end > len(data):
        raise bad_artifact("tensor-cut", name=name, end=start + end, size=len(data))
    little = np.frombuffer(data, dtype=dtype, count=count, offset=start + begin).reshape(shape)
    native: Array = little.astype(little.dtype.newbyteorder("="), copy=False)
    native.setflags(write=False)
    return native, end


_ENTRY = {"dtype", "shape", "data_offsets"}


def _sizes(value: object) -> list[int] | None:
    """A list of whole numbers from 0, or None."""
    if not isinstance(value, list):
        return None
    numbers = [whole_number(item) for item in cast("list[object]", value)]
    sizes = [number for number in numbers if number is not None and number >= 0]
    return sizes if len(sizes) == len(numbers) else None
