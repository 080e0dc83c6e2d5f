"""The numbers of a model's accessors, read from the file when they are asked for.

Dimension letters: N elements, W numbers of an element.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from mien.errors import SourceError
from mien.gltf.checks import DATA_URI, SIZES
from mien.gltf.faults import ModelFaults, unreadable
from mien.gltf.model import Accessor, Buffer, Model
from mien.text.node import Path as NodePath
from mien.text.regular_file import AVATAR, open_regular

F32 = npt.NDArray[np.float32]

_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\")
"""How a uri begins that leads to another host, or out of the folder."""


def values_of(model: Model, accessor: int) -> F32:
    """The numbers (N, W) of an accessor; whole numbers that are normalized become -1 to 1.

    Raises:
        SourceError: its bytes are compressed, in a file that is not there, or cut short.
    """
    one = model.accessors[accessor]
    path: NodePath = ("accessors", accessor)
    if one.view is None:
        found = np.zeros((one.count, one.width), dtype=np.float32)
    else:
        raw = _elements(model, one, one.view, one.start, one.component, one.width, path)
        found = _scaled(raw, one)
    if one.sparse is not None:
        few = one.sparse
        part = Accessor(count=few.count, kind=one.kind, component=one.component)
        places = _elements(model, part, few.index_view, few.index_start, few.index_type, 1, path)
        values = _elements(
            model, part, few.value_view, few.value_start, one.component, one.width, path
        )
        if places.max(initial=0) >= one.count:
            raise refusal(model, path, "model-range", f"element {places.max()} of {one.count}")
        found = found.copy()
        found[places[:, 0].astype(np.int64)] = _scaled(values, one)
    return found


def _elements(
    model: Model,
    accessor: Accessor,
    view_number: int,
    start: int,
    component: int,
    width: int,
    path: NodePath,
) -> npt.NDArray[np.generic]:
    """Raw numbers (N, width) of a range of a view."""
    view = model.views[view_number]
    if view.packed:
        message = "its bytes are compressed (meshopt): that cannot be read here"
        raise refusal(model, path, "model-compressed", message)
    size = width * SIZES[component]
    step = view.stride or size
    length = step * (accessor.count - 1) + size
    data = _bytes(model, view.buffer, view.start + start, length)
    numbers = np.dtype(_TYPES[component])
    if step == size:
        return np.frombuffer(data, dtype=numbers).reshape(accessor.count, width)
    rows = np.ndarray((accessor.count, size), dtype=np.uint8, buffer=data, strides=(step, 1))
    return np.ascontiguousarray(rows).view(numbers)


def _scaled(raw: npt.NDArray[np.generic], accessor: Accessor) -> F32:
    numbers = raw.astype(np.float32)
    if not accessor.normalized or accessor.component == 5126:
        return numbers
    most = np.float32(np.iinfo(_TYPES[accessor.component]).max)
    scaled: F32 = np.maximum(numbers / most, np.float32(-1.0))
    return scaled


def _bytes(model: Model, number: int, start: int, length: int) -> bytes:
    """A range of a buffer."""
    buffer = model.buffers[number]
    path: NodePath = ("buffers", number)
    if buffer.uri is None:
        chunk = model.container.binary
        if buffer.fallback or chunk is None:
            message = "its bytes are missing: everything in it is compressed"
            raise refusal(model, path, "model-compressed", message)
        return _file_range(model, model.path, chunk.start + start, length, path)
    head = DATA_URI.match(buffer.uri)
    if head is None:
        return _file_range(model, _beside(model, buffer, path), start, length, path)
    # Whole groups of four characters, so that no more than the range is ever decoded.
    first, last = start // 3, -(-(start + length) // 3)
    text = buffer.uri[head.end() + 4 * first : head.end() + 4 * last]
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise refusal(model, path, "model-buffer", "its data URI is no base64") from None
    return _whole(model, data[start - 3 * first :][:length], length, path)


def _file_range(model: Model, file: Path, start: int, length: int, path: NodePath) -> bytes:
    try:
        with open_regular(file, AVATAR) as stream:
            stream.seek(start)
            data = stream.read(length)
    except OSError as error:
        code, message, hint = unreadable(error)
        where = "" if file == model.path else f"{file.name}: "
        raise refusal(model, path, code, where + message, hint) from None
    return _whole(model, data, length, path)


def _whole(model: Model, data: bytes, length: int, path: NodePath) -> bytes:
    if len(data) < length:
        message = f"{length:,} bytes are needed, it has {len(data):,} there"
        raise refusal(model, path, "model-buffer", message)
    return data


def _beside(model: Model, buffer: Buffer, path: NodePath) -> Path:
    """The file that a buffer names, which lies in the model's folder."""
    uri = unquote(buffer.uri or "")
    parts = Path(uri).parts
    if not uri or _OUTSIDE.match(uri) or ".." in parts or "\0" in uri:
        message = f"it leads out of the model's folder: {uri[:80]}"
        raise refusal(model, path, "model-buffer", message, "export it as one .glb")
    return model.path.parent / uri


def refusal(model: Model, path: NodePath, code: str, message: str, hint: str = "") -> SourceError:
    """The refusal of a model for what stands at ``path`` of its document."""
    faults = ModelFaults(model.path)
    if not model.container.chunks:
        faults.locate(model.container.text)
    return faults.refusal_at(path, code, message, hint)
