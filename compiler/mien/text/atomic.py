"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the content of ``path``, all of it or nothing; see `replacing`.

    Raises:
        OSError: the folder is missing or cannot be written; ``path`` is as it was.
    """
    with replacing(path) as stream:
        stream.write(data)


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO]:
    """A stream for the new content of ``path``, which takes its place once the block ends.

    The bytes go to a temporary file in the same folder, reach the disk, and take the name at once:
    a crash or an exception leaves the old file. An existing file keeps its permissions; a link
    keeps pointing where it pointed, and what it points to is replaced.

    Raises:
        OSError: as `write_atomic`.
    """
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def sync_folder(folder: Path) -> None:
    """Make the new name last; systems that cannot open a folder have nothing to sync."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
