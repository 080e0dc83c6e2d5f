"""The file of a model: GLB (.glb, .vrm, .vrma), or JSON (.gltf). Of a GLB only the JSON is read."""

from __future__ import annotations

import struct
from io import BufferedReader
from pathlib import Path

from attrs import field, frozen

from mien.gltf.faults import ModelFaults, unreadable
from mien.text.regular_file import AVATAR, FileKind, open_regular, read_all

MAGIC = b"glTF"
JSON, BINARY = b"JSON", b"BIN\0"
HEAD = 12
"""Bytes before the first chunk: magic, version, length of the file."""

CHUNK_HEAD = 8
"""Bytes before the data of a chunk: length, kind."""

MODEL_JSON = FileKind("the JSON of a model", 64 << 20)
MOST_CHUNKS = 1000
_VERSION = 2


@frozen(kw_only=True)
class Chunk:
    """A chunk of a GLB: its four letters, where its data start, and their length, in bytes."""

    kind: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        """Where its data end."""
        return self.start + self.length


@frozen(kw_only=True)
class Container:
    """``chunks`` is empty for JSON without a container; ``text`` is the JSON; ``size`` in bytes."""

    path: Path
    size: int
    chunks: tuple[Chunk, ...] = ()
    text: str = field(default="", repr=False)

    @property
    def binary(self) -> Chunk | None:
        """The chunk that the first buffer lies in."""
        second = self.chunks[1:2]
        return second[0] if second and second[0].kind == BINARY else None


def read_container(path: Path, faults: ModelFaults) -> Container:
    """The container of the file ``path``.

    Raises:
        SourceError: it cannot be opened, is too large, cut short, or its lengths do not fit.
    """
    try:
        with open_regular(path, AVATAR) as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            if stream.peek(4)[:4] != MAGIC:
                return _plain(path, stream, size, faults)
            chunks = _chunks(stream, size, faults)
            stream.seek(chunks[0].start)
            data = stream.read(chunks[0].length)
    except OSError as error:
        raise faults.refusal(*unreadable(error)) from None
    text = _decoded(data, chunks[0].start, faults)
    return Container(path=path, size=size, chunks=chunks, text=text)


def _plain(path: Path, stream: BufferedReader, size: int, faults: ModelFaults) -> Container:
    start = stream.peek(512)[:512].removeprefix(b"\xef\xbb\xbf")
    if not size:
        raise faults.refusal("file-empty", "the file is empty")
    if size < HEAD and MAGIC.startswith(start[:4]):
        raise faults.refusal("model-cut", f"the file is cut short: it has {size} bytes")
    if not start.lstrip().startswith(b"{"):
        hint = "it looks like UTF-16; save it as UTF-8" if _is_utf16(start) else ""
        shown = start[:4].hex(" ").upper()
        message = f"it is no glTF file (.glb, .gltf, .vrm, .vrma): it starts with the bytes {shown}"
        raise faults.refusal("model-unknown", message, hint)
    text = _decoded(read_all(stream, MODEL_JSON, path), 0, faults)
    return Container(path=path, size=size, text=text)


def _is_utf16(start: bytes) -> bool:
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:2].count(0) == 1


def _chunks(stream: BufferedReader, size: int, faults: ModelFaults) -> tuple[Chunk, ...]:
    """Where the chunks of a GLB lie, the JSON first."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        raise faults.refusal("model-cut", f"the file is cut short: it has {size} bytes")
    _, version, length = struct.unpack("<4sII", head)
    if version != _VERSION:
        raise faults.refusal("model-unknown", f"it is glTF {version}, expected glTF {_VERSION}")
    if length > size:
        message = f"the file is cut short: byte 8 says {length:,} bytes, it has {size:,}"
        raise faults.refusal("model-cut", message, "copy or download it again")
    if length < size:
        message = f"byte 8 says that the file has {length:,} bytes, it has {size:,}"
        raise faults.refusal("model-container", message, "export it again")
    chunks: list[Chunk] = []
    at = HEAD
    while at < size:
        chunk = _chunk(stream, at, size, len(chunks), faults)
        chunks.append(chunk)
        at = chunk.end
        if len(chunks) > MOST_CHUNKS:
            message = f"it has more than {MOST_CHUNKS} chunks, expected two"
            raise faults.refusal("model-container", message)
    if not chunks or chunks[0].kind != JSON:
        found = repr(chunks[0].kind.decode("ascii", "replace")) if chunks else "none"
        message = f"the first chunk, at byte {HEAD}, should be JSON, found {found}"
        raise faults.refusal("model-container", message)
    if chunks[0].length > MODEL_JSON.most:
        message = f"chunk 0 has {chunks[0].length:,} bytes of JSON, expected at most "
        raise faults.refusal("model-container", f"{message}{MODEL_JSON.most:,}")
    return tuple(chunks)


def _chunk(stream: BufferedReader, at: int, size: int, number: int, faults: ModelFaults) -> Chunk:
    if at + CHUNK_HEAD > size:
        message = f"{size - at} bytes at byte {at:,}, after chunk {number - 1}, are no chunk"
        raise faults.refusal("model-container", message, "export it again")
    stream.seek(at)
    length, kind = struct.unpack("<I4s", stream.read(CHUNK_HEAD))
    end = at + CHUNK_HEAD + length
    if end > size:
        message = (
            f"chunk {number}, at byte {at:,}, says that it has {length:,} bytes; "
            f"{size - at - CHUNK_HEAD:,} are left in the file"
        )
        raise faults.refusal("model-container", message, "export it again")
    if length % 4:
        message = f"chunk {number}, at byte {at:,}, has {length:,} bytes, no multiple of 4"
        faults.add((), "model-container", message, warning=True)
    return Chunk(kind=kind, start=at + CHUNK_HEAD, length=length)


def _decoded(data: bytes, start: int, faults: ModelFaults) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02X} at {start + error.start:,} is not UTF-8 text"
        hint = "it looks like UTF-16; " if _is_utf16(data[:2]) else ""
        raise faults.refusal(
            "file-encoding", found, f"{hint}glTF is UTF-8: export it again"
        ) from None
