"""Files that are either the old ones or the new ones, never half of each.

What is being written has a temporary name beside its final one, and is locked by the process that
writes it. A process that is killed leaves the file, but not its lock: the next run that writes into
the folder knows the file by its name, finds that nobody holds it, and removes it.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The errors of a disk without room, of a quota that is used up, of a file that may not grow."""

_TEMPORARY = re.compile(r"\..+\.mien-[0-9a-f]{12}\.tmp")
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_WINDOWS = sys.platform == "win32"
_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the content of ``path``, all of it or nothing; see `replacing`.

    Raises:
        OSError: as `replacing`; ``path`` is as it was.
    """
    with replacing(path) as stream:
        stream.write(data)


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO]:
    """A stream for the new content of ``path``, which takes its place once the block ends.

    The bytes go to a temporary file in the same folder, reach the disk, and take the name at once:
    a crash or an exception leaves the old file. An existing file keeps its permissions; a link
    keeps pointing where it pointed, and what it points to is replaced. What killed processes have
    left in the folder is removed first.

    Raises:
        OSError: as `require_writable`, or it cannot be written; it names ``path``. That of a full
            disk says that ``path`` is as it was.
    """
    target = require_writable(path)
    remove_stale(target.parent)
    temporary, handle = _created(target, path)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if not _WINDOWS:  # where it keeps its lock until it has its name
                _publish(temporary, target)
        if _WINDOWS:  # where an open file keeps its name
            _publish(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            if error.errno in FULL and error.filename is None:
                raise _without_room(path, error) from error
            _rename(error, temporary, path)
        raise
    sync_folder(target.parent)


def require_writable(path: Path) -> Path:
    """What ``path`` leads to, where a file can be written: into its folder, no pipe or device.

    Raises:
        OSError: nothing can; ``strerror`` says why, and ``filename`` is ``path``.
    """
    try:
        target = path.resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, "it is a link that leads to itself", str(path)) from None
    if not target.parent.is_dir():
        folder = target.parent if path.is_symlink() else path.parent
        code, why = errno.ENOENT, "does not exist"
        if folder.exists():
            code, why = errno.ENOTDIR, "is a file"
        raise OSError(code, f"the folder {folder} {why}", str(path))
    if not os.access(target.parent, os.W_OK):  # where the file is made before it takes its name
        raise OSError(errno.EACCES, f"the folder {path.parent} cannot be written to", str(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except OSError as error:
        _rename(error, target, path)
        raise
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "it is a folder, expected the name of a file", str(path))
    if not stat.S_ISREG(mode):
        message = "it is a pipe or a device, expected the name of a file"
        raise OSError(errno.EINVAL, message, str(path))
    return target


@contextmanager
def draft_folder(target: Path) -> Generator[Path]:
    """An empty folder beside ``target``, to be filled and renamed; else it is removed at the end.

    What killed processes have left beside ``target`` is removed first.

    Raises:
        OSError: it cannot be made.
    """
    remove_stale(target.parent)
    draft = target.parent / temporary_name(target.name)
    try:
        draft.mkdir(0o700)
    except OSError as error:
        _rename(error, draft, target)
        raise
    handle = None
    try:
        with suppress(OSError):  # systems that cannot open a folder let nobody remove it
            handle = os.open(draft, os.O_RDONLY)
            claim(handle)
        yield draft
    except OSError as error:
        found = None if error.filename is None else Path(os.fsdecode(error.filename))
        inside = found is not None and draft in found.parents
        if error.errno in FULL and (inside or found is None):
            raise _without_room(target, error) from error
        if found is not None and inside:
            _rename(error, found, target)
        raise
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(draft, ignore_errors=True)


def temporary_name(name: str) -> str:
    """A name for what becomes ``name``, by which a later run knows it as mien's own."""
    return f".{name}.mien-{secrets.token_hex(6)}.tmp"


def remove_stale(folder: Path) -> None:
    """Remove what killed processes have left in ``folder``: mien's own names that nobody holds."""
    with suppress(OSError):
        names = [name for name in os.listdir(folder) if _TEMPORARY.fullmatch(name)]  # noqa: PTH208
        for name in names:
            _remove_unheld(folder / name)


def _created(target: Path, named: Path) -> tuple[Path, int]:
    """A new temporary file for ``target``, locked, and its descriptor; errors call it ``named``."""
    while True:
        path = target.parent / temporary_name(target.name)
        try:
            handle = os.open(path, _CREATE, 0o600)
        except OSError as error:
            _rename(error, path, named)
            raise
        try:
            held = claim(handle)
        except OSError:  # no locks on this file system: nobody takes it for a stale one
            return path, handle
        with suppress(FileNotFoundError):
            # another process may have taken it for a stale one before it was locked
            if held and os.path.samestat(os.fstat(handle), path.stat()):
                return path, handle
        os.close(handle)


def _remove_unheld(path: Path) -> None:
    with suppress(OSError):
        handle = os.open(path, _LOOK)
        try:
            found = os.fstat(handle)
            ours = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
            if ours and claim(handle):
                if stat.S_ISDIR(found.st_mode):
                    shutil.rmtree(path)
                elif stat.S_ISREG(found.st_mode):
                    path.unlink()
        finally:
            os.close(handle)


def claim(handle: int) -> bool:
    """Hold what ``handle`` is open on until it is closed; whether nobody else holds it.

    Raises:
        OSError: the file system has no locks.
    """
    if sys.platform == "win32":
        return True  # there, a file that is open cannot be removed
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _publish(temporary: Path, target: Path) -> None:
    temporary.chmod(_mode(target))
    temporary.replace(target)


def _rename(error: OSError, found: Path, wanted: Path) -> None:
    """Let an error about the file ``found``, which people do not know, name ``wanted``."""
    if error.filename is not None and os.fspath(error.filename) == str(found):
        error.filename = str(wanted)
        if error.filename2 is not None:
            error.filename2 = None


def _without_room(path: Path, error: OSError) -> OSError:
    reason = os.strerror(error.errno or errno.ENOSPC).lower()
    message = f"it cannot be written ({reason}); it is as it was. Make room, then run it again"
    return OSError(error.errno, message, str(path))


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
