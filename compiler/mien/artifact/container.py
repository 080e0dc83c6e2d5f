"""The container: a .safetensors file with tensors in name order and one metadata text.

Eight bytes of little-endian header length, a JSON header padded with spaces to a multiple of eight,
then the tensors' little-endian bytes without gaps. The same content gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mien.errors import ArtifactError

Array = npt.NDArray[np.float32] | npt.NDArray[np.int32]
Buffer = bytes | memoryview

KEY = "mien"
"""The one metadata key; several come back in no fixed order from other libraries."""

_PREFIX = 8
_LONGEST_HEADER = 100_000_000
_DTYPES: Mapping[str, npt.DTypeLike] = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4")}
_ITEM = 4


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
        raise ArtifactError(f"{size} bytes: too short to be an artifact")
    length = int.from_bytes(data[:_PREFIX], "little")
    if not 2 <= length <= _LONGEST_HEADER:
        raise ArtifactError("not a .safetensors file: its header's length makes no sense")
    start = _PREFIX + length
    if start > size:
        raise ArtifactError(f"cut short: the header ends at byte {start}, the file at {size}")
    header = json_object(bytes(data[_PREFIX:start]), "the header")
    metadata = _object(header.pop("__metadata__", {}), "__metadata__").get(KEY)
    if not isinstance(metadata, str):
        raise ArtifactError(f"a .safetensors file, but not mien's: no metadata under '{KEY}'")
    tensors: dict[str, Array] = {}
    end = 0
    for name in sorted(header):
        tensors[name], end = _tensor(name, header[name], data, start, end)
    if start + end != size:
        raise ArtifactError(f"the tensors end at byte {start + end}, the file at {size}")
    return tensors, metadata


def dtype_name(tensor: Array) -> str:
    """The format's name of the tensor's type."""
    return "F32" if tensor.dtype == np.float32 else "I32"


def little_endian(tensor: Array) -> bytes:
    """The tensor's bytes, row-major."""
    return tensor.astype(_DTYPES[dtype_name(tensor)], copy=False).tobytes()


def json_object(text: bytes, what: str) -> dict[str, Any]:
    """The object that a JSON text without duplicate keys is.

    Raises:
        ArtifactError: it is none.
    """
    try:
        value: object = json.loads(text.decode(), object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{what} is not JSON: {error}") from None
    return _object(value, what)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ArtifactError(f"{what} is not a JSON object")
    return cast("dict[str, Any]", value)


def _tensor(name: str, entry: object, data: Buffer, start: int, begin: int) -> tuple[Array, int]:
    """The tensor whose bytes must begin at ``begin`` after the header, and where they end."""
    found = _object(entry, f"tensor {name}")
    dtype = _DTYPES.get(str(found.get("dtype")))
    shape, offsets = _sizes(found.get("shape")), _sizes(found.get("data_offsets"))
    if dtype is None or shape is None or offsets is None or set(found) != _ENTRY:
        raise ArtifactError(f"tensor {name}: expected dtype F32 or I32, shape and data_offsets")
    count = 1
    for extent in shape:
        count *= extent
    end = begin + count * _ITEM
    if offsets != [begin, end]:
        raise ArtifactError(f"tensor {name}: at bytes {offsets}, expected [{begin}, {end}]")
    if start + end > len(data):
        raise ArtifactError(f"cut short: tensor {name} ends at {start + end} of {len(data)} bytes")
    little = np.frombuffer(data, dtype=dtype, count=count, offset=start + begin).reshape(shape)
    native: Array = little.astype(little.dtype.newbyteorder("="), copy=False)
    native.setflags(write=False)
    return native, end


_ENTRY = {"dtype", "shape", "data_offsets"}


def _sizes(value: object) -> list[int] | None:
    """A list of whole numbers from 0, or None."""
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    sizes = [item for item in items if type(item) is int and item >= 0]
    return sizes if len(sizes) == len(items) else None
