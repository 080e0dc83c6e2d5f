"""The files of one bank's folder, opened so that no link can lead a write out of it.

Which folder it is (device and inode) is settled when the page opens. Every reading and every write
opens that folder anew, makes sure that it is still the same one, and goes down from its descriptor
without following links: what was swapped for a link meanwhile is refused. Systems that cannot open
files relative to a folder compare each file that they opened with what its path names instead.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from mien.text.atomic import claim, temporary_name
from mien.text.files import shown_path
from mien.text.regular_file import READ, SOURCE, checked, read_all, read_regular
from mien.view.change import EditConflictError, EditRefusedError

_BY_DESCRIPTOR = {os.open, os.rename, os.unlink} <= os.supports_dir_fd
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


class BankFiles:
    """Reads and replaces the sources in the folder of one bank."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identity = _identity(folder)

    def read(self, path: Path) -> bytes:
        """The bytes of a source as it is now; a rig may lie outside the bank's folder.

        Raises:
            EditRefusedError: the file is missing, no regular file, too large, or reached by a link
                that leads out of the folder; or the folder has been swapped for another.
        """
        if not path.is_relative_to(self._folder):
            with _refusals(path):
                return read_regular(path, SOURCE)
        with _refusals(path), self._parent(path) as (parent, name):
            return parent.read(name)[0]

    def read_unchanged(self, path: Path, base: str) -> bytes:
        """As `read`, of a source that has the digest ``base``.

        Raises:
            EditConflictError: the file has changed meanwhile.
            EditRefusedError: as `read`.
        """
        return _unchanged(path, self.read(path), base)

    def replace(self, path: Path, data: bytes, base: str) -> None:
        """Replace the bytes of a source that has the digest ``base``, all of them or nothing.

        Raises:
            EditConflictError: the file has changed meanwhile.
            EditRefusedError: as `read`.
            OSError: the file cannot be written; it is as it was.
        """
        with self._parent(path) as (parent, name):
            with _refusals(path):
                before, mode = parent.read(name)
            _unchanged(path, before, base)
            temporary = temporary_name(name)
            handle = parent.open(temporary, _CREATE)
            try:
                with os.fdopen(handle, "wb") as stream:
                    with suppress(OSError):  # a file system may have no locks
                        claim(handle)
                    stream.write(data)
                    stream.flush()
                    if hasattr(os, "fchmod"):
                        os.fchmod(stream.fileno(), mode)
                    os.fsync(stream.fileno())
                parent.rename(temporary, name)
            except BaseException:
                with suppress(OSError):
                    parent.unlink(temporary)
                raise
            parent.sync()

    @contextmanager
    def _parent(self, path: Path) -> Generator[tuple[_OpenFolder, str]]:
        """The folder that holds ``path``, opened from the bank's folder down, and the file's name.

        Links that stay inside the bank's folder are resolved first, and refused after that.
        """
        with _refusals(path):
            home, real = self._folder.resolve(strict=True), path.resolve(strict=True)
            if self._identity is None or _identity(home) != self._identity:
                raise EditRefusedError(
                    f"{shown_path(self._folder)} is no longer the folder that this page was opened "
                    "on; nothing was written. Start mien view again"
                )
            if not real.is_relative_to(home):
                raise EditRefusedError(
                    f"{shown_path(path)} is a link that leads out of the bank's folder; "
                    "nothing was written"
                )
            *folders, name = real.relative_to(home).parts
            place = _OpenFolder.at(home, self._identity)
        try:
            for folder in folders:
                with _refusals(path):
                    below = place.below(folder)
                place.close()
                place = below
            yield place, name
        finally:
            place.close()


@frozen(kw_only=True)
class _OpenFolder:
    """A folder held open by its descriptor; where the system has none of these, by its path."""

    path: Path
    descriptor: int | None

    @classmethod
    def at(cls, path: Path, identity: tuple[int, int]) -> _OpenFolder:
        """The folder ``path``, which must have the device and inode ``identity``."""
        if not _BY_DESCRIPTOR:
            return cls(path=path, descriptor=None)
        descriptor = os.open(path, _FOLDER | _NO_LINK)
        found = os.fstat(descriptor)
        if (found.st_dev, found.st_ino) != identity:
            os.close(descriptor)
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return cls(path=path, descriptor=descriptor)

    def below(self, name: str) -> _OpenFolder:
        """A folder in this one; a link is refused."""
        path = self.path / name
        if self.descriptor is None:
            if path.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            return _OpenFolder(path=path, descriptor=None)
        return _OpenFolder(path=path, descriptor=self.open(name, _FOLDER))

    def open(self, name: str, flags: int) -> int:
        """A descriptor of a file in this folder; a link is refused."""
        if self.descriptor is not None:
            return os.open(name, flags | _NO_LINK, 0o600, dir_fd=self.descriptor)
        path = self.path / name
        handle = os.open(path, flags, 0o600)
        if not os.path.samestat(os.fstat(handle), path.lstat()):
            os.close(handle)
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return handle

    def read(self, name: str) -> tuple[bytes, int]:
        """The bytes of a regular file in this folder, and its permissions."""
        path = self.path / name
        with checked(self.open(name, READ), SOURCE, path) as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            return read_all(stream, SOURCE, path), mode

    def rename(self, old: str, new: str) -> None:
        """Give a file of this folder another's name; what had the name goes, a link too."""
        if self.descriptor is not None:
            os.rename(old, new, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        else:
            (self.path / old).replace(self.path / new)

    def unlink(self, name: str) -> None:
        """Remove a file of this folder."""
        if self.descriptor is not None:
            os.unlink(name, dir_fd=self.descriptor)
        else:
            (self.path / name).unlink()

    def sync(self) -> None:
        """Make new names last."""
        if self.descriptor is not None:
            with suppress(OSError):
                os.fsync(self.descriptor)

    def close(self) -> None:
        """Give the descriptor back."""
        if self.descriptor is not None:
            os.close(self.descriptor)


def digest(data: bytes) -> str:
    """The sha256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def _unchanged(path: Path, data: bytes, base: str) -> bytes:
    if digest(data) != base:
        raise EditConflictError(
            f"{shown_path(path)} has changed meanwhile; nothing was written. "
            "Look at what it says now, then write again"
        )
    return data


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _refusals(path: Path) -> Generator[None]:
    """What cannot be read is refused in words."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        reason = (isinstance(error, OSError) and error.strerror) or "its links form a loop"
        raise EditRefusedError(f"{shown_path(path)} cannot be read: {reason.lower()}") from error
