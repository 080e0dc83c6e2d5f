"""One release at a time under a folder, even when two people start one at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from mien.errors import MienError, ReleaseError
from mien.text.fault import fault
from mien.text.files import shown_path

LOCK_FILE = ".lock"


class BusyError(MienError):
    """Another release is being made."""


@contextmanager
def exclusive(releases: Path) -> Generator[None, None, None]:
    """Hold the folder ``releases``; the system lets go when the process ends, however it ends.

    Raises:
        BusyError: another process holds it.
        OSError: nothing can be written there.
    """
    path = releases / LOCK_FILE
    handle = _held(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


@contextmanager
def releasing(releases: Path, name: str) -> Generator[None, None, None]:
    """As `exclusive`, to release what is called so; a `ReleaseError` where another holds it."""
    try:
        with exclusive(releases):
            yield
    except BusyError:
        message = f"{name} was not released: another release is being made in this folder"
        hint = "wait for it, then run the command again"
        busy = fault(shown_path(releases), "release-running", message, hint)
        raise ReleaseError([busy]) from None


def is_busy(releases: Path) -> bool:
    """Whether a release is being made there now. Writes nothing."""
    try:
        handle = os.open(releases / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(handle)
    finally:
        os.close(handle)


def _held(path: Path) -> int:
    """A handle of the locked file, which must still be the one of that name when it is locked."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _take(handle):
            os.close(handle)
            raise BusyError
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
