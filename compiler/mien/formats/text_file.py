"""The text of a file that holds a take, faults that name their place in it, and its numbers."""

from __future__ import annotations

import csv
import errno
import math
from pathlib import Path

from mien.errors import SourceError
from mien.text.fault import Fault, fault, refusal
from mien.text.files import place_of_offset, shown_path
from mien.text.node import Place
from mien.text.regular_file import RECORDING, read_regular
from mien.text.sound_bytes import require_no_sound

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """The text of ``path``, a byte order mark dropped and lines ended by LF.

    Raises:
        SourceError: the file is missing, no regular file, too large, empty, sound, or not UTF-8.
    """
    whole = Place(shown_path(path))
    data = read_bytes(path)
    require_no_sound(data, whole.file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        place = place_of_offset(before, len(before), whole.file)
        message = f"byte 0x{data[error.start]:02X} is not UTF-8 text"
        hint = "it looks like UTF-16; " if data.startswith(_UTF16) else ""
        raise refusal(place, "file-encoding", message, f"{hint}save the file as UTF-8") from None
    if not text.strip():
        raise refusal(whole, "file-empty", "the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Path) -> bytes:
    """The bytes of ``path``.

    Raises:
        SourceError: the file is missing, no regular file, or too large.
    """
    try:
        return read_regular(path, RECORDING)
    except OSError as error:
        raise SourceError([_unreadable(Place(shown_path(path)), error)]) from None


def csv_rows(text: str, path: Path, mark: str = ",") -> list[list[str]]:
    """The fields of each line of a CSV text whose fields are parted by ``mark``, quotes taken off.

    Raises:
        SourceError: a field is longer than any number or name.
    """
    rows: list[list[str]] = []
    try:
        rows += csv.reader(text.split("\n"), delimiter=mark, skipinitialspace=True)
    except csv.Error as error:
        place = Place(shown_path(path), len(rows) + 1, 1)
        message = f"this cannot be read as a table: {error}"
        raise refusal(place, "no-table", message, "is this the right file?") from None
    return rows


def _unreadable(whole: Place, error: OSError) -> Fault:
    reason = error.strerror or "unknown reason"
    if error.errno == errno.EFBIG:
        return fault(whole, "file-too-large", f"the file has {reason}", "cut it into takes")
    if error.errno in (errno.EISDIR, errno.EINVAL):
        return fault(whole, "file-irregular", reason)
    return fault(whole, "file-unreadable", f"the file cannot be read: {reason.lower()}")


def number_in(text: str) -> float:
    """The number that a field holds; NaN for another text."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def decimal(value: float, digits: int = 6) -> str:
    """A number without an exponent, to ``digits`` behind the point, without zeros at its end."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
