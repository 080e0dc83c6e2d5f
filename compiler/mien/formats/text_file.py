"""The text of a file that holds a take, and faults that name their place in it."""

from __future__ import annotations

import stat
from pathlib import Path

from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.files import place_of_offset, shown_path
from mien.text.node import Place

MAX_BYTES = 256 << 20
"""No recording is larger than this (256 MiB, over an hour at 60 frames a second)."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """The text of ``path``, a byte order mark dropped and lines ended by LF.

    Raises:
        SourceError: the file is missing, no regular file, too large, empty, or not UTF-8.
    """
    whole = Place(shown_path(path))
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            message = "expected a file, found something else (a folder, a pipe or a device)"
            raise SourceError([fault(whole, "file-irregular", message)])
        if found.st_size > MAX_BYTES:
            message = f"the file has {found.st_size >> 20} MiB, expected at most {MAX_BYTES >> 20}"
            raise SourceError([fault(whole, "file-too-large", message, "cut it into takes")])
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        message = f"the file cannot be read: {reason}"
        raise SourceError([fault(whole, "file-unreadable", message)]) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        place = place_of_offset(before, len(before), whole.file)
        message = f"byte 0x{data[error.start]:02X} is not UTF-8 text"
        hint = "it looks like UTF-16; " if data.startswith(_UTF16) else ""
        raise SourceError(
            [fault(place, "file-encoding", message, f"{hint}save the file as UTF-8")]
        ) from None
    if not text.strip():
        raise SourceError([fault(whole, "file-empty", "the file is empty")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fault(place: Place, code: str, message: str, hint: str = "", path: str = "") -> Fault:
    """A fault of a file; ``path`` is where in its document it lies, if it has one."""
    return Fault(place=place, path=path, code=code, message=message, hint=hint)
