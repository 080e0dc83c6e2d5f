"""The one way in which files are opened for reading: regular files of a bounded size, no others.

A pipe would be waited for, a device never ends, and a sparse file fills the memory.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

_MIB, _GIB = 1 << 20, 1 << 30


class FileKind(NamedTuple):
    """What a file is expected to be, as messages say it, and the most bytes that one has."""

    name: str
    most: int


SOURCE = FileKind("a source", _MIB)
LOCK = FileKind("a lock", 4 * _MIB)
LEDGER = FileKind("a ledger", 64 * _MIB)
ARTIFACT = FileKind("an artifact", 256 * _MIB)
AVATAR = FileKind("an avatar", 256 * _MIB)
RECORDING = FileKind("a recording", 256 * _MIB)
"""Over an hour of faces at 60 a second."""

FILM = FileKind("a film", 64 * _GIB)
SOUND = FileKind("a sound", 64 * _GIB)
NETWORK = FileKind("a network (.onnx)", 256 * _MIB)
WEB_RUNTIME = FileKind("a file of onnxruntime-web", 64 * _MIB)
CHECKPOINT = FileKind("a checkpoint", _GIB)
WEIGHTS = FileKind("a network's weights", _GIB)
MANIFEST = FileKind("a manifest", 64 * _MIB)
SHARD = FileKind("a shard", 8 * _GIB)
EVALUATION = FileKind("an evaluation", 64 * _MIB)
TRAINING_LOG = FileKind("a log of a training", _GIB)
TRANSCRIPT = FileKind("transcripts", 64 * _MIB)

READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would wait for ever
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
"""The flags to open a file with before it is known what it is."""

_IRREGULAR = "(a folder, a pipe or a device)"


def open_regular(path: Path, kind: FileKind) -> BufferedReader:
    """The file ``path``, opened for reading, which is a regular one of at most ``kind.most`` bytes.

    Raises:
        OSError: there is no such file, it is something else, it is larger, or it cannot be read;
            ``strerror`` says which, and ``filename`` is the path.
    """
    return checked(os.open(path, READ), kind, path)


def read_regular(path: Path, kind: FileKind) -> bytes:
    """The bytes of ``path``, which is a regular file of at most ``kind.most`` bytes.

    Raises:
        OSError: as `open_regular`; or it grew past the limit meanwhile.
    """
    with open_regular(path, kind) as stream:
        return read_all(stream, kind, path)


def sha256_of(path: Path, kind: FileKind) -> str:
    """The sha256 in hex of the bytes of ``path``, which are not held in memory.

    Raises:
        OSError: as `open_regular`.
    """
    with open_regular(path, kind) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_regular(path: Path, kind: FileKind) -> None:
    """See that a library may open ``path``: a regular file of at most ``kind.most`` bytes.

    Raises:
        OSError: as `open_regular`.
    """
    open_regular(path, kind).close()


def checked(descriptor: int, kind: FileKind, path: Path) -> BufferedReader:
    """The stream of a descriptor opened with `READ`; one that is refused is closed.

    Raises:
        OSError: as `open_regular`.
    """
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            code = errno.EISDIR if stat.S_ISDIR(found.st_mode) else errno.EINVAL
            message = f"expected {kind.name}, found something that is no file {_IRREGULAR}"
            raise OSError(code, message, str(path))
        if found.st_size > kind.most:
            raise _too_large(found.st_size, kind, path)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_all(stream: BufferedReader, kind: FileKind, path: Path) -> bytes:
    """All bytes of a stream that `checked` gave.

    Raises:
        OSError: it grew past the limit meanwhile.
    """
    data = stream.read(kind.most + 1)
    if len(data) > kind.most:
        raise _too_large(len(data), kind, path)
    return data


def is_refusal(error: OSError) -> bool:
    """Whether the file was opened, but is no regular one or too large."""
    return error.errno in (errno.EISDIR, errno.EINVAL, errno.EFBIG)


def _too_large(size: int, kind: FileKind, path: Path) -> OSError:
    message = f"{size:,} bytes, expected {kind.name} of at most {kind.most:,}"
    return OSError(errno.EFBIG, message, str(path))
