"""Reading a source file safely: what it may be, how big, in which encoding."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from pathlib import Path

from mien.text.fault import Fault, fault, refusal
from mien.text.node import Place
from mien.text.regular_file import RECORDING, SOURCE, read_regular
from mien.text.sound_bytes import require_no_sound

MAX_BYTES = SOURCE.most
"""No source file is larger than this (1 MiB)."""

SUFFIXES = (".yaml", ".yml", ".json")
"""The endings of source files; the ending decides how a file is parsed."""

_CONFLICT = re.compile(r"^<{7}(?: .*)?$(?=[^\0]*^>{7}(?: .*)?$)", re.MULTILINE)
_LINE_CHARACTERS = {9: None, 10: None, 13: None}
# Refused with the control characters: the line ends that only some programs count as such (U+0085,
# U+2028, U+2029), lone surrogates, byte order marks and what is no character at all.
_REFUSED = (
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def read_source(path: Path, *, shown: str, inside: Path) -> str:
    """The text of one source file, a leading byte order mark dropped and line ends as they are.

    Args:
        path: the file.
        shown: how messages name it.
        inside: the folder, its own links resolved, that the file must lie in once links are
            followed.

    Raises:
        SourceError: the file is missing, no regular file, outside ``inside``, unreadable, empty,
            larger than ``MAX_BYTES``, sound, not UTF-8 or binary.
    """
    data = _read_bytes(path, shown, inside)
    require_no_sound(data, shown)
    text = _decode(data, shown)
    if not text.strip():
        raise refusal(shown, "file-empty", "the file is empty", "write it, or delete it")
    # The quick test spares most runs the slow making of the pattern.
    printable = text.translate(_LINE_CHARACTERS).isprintable()
    unprintable = None if printable else re.search(_REFUSED, text)
    if unprintable:
        place = place_of_offset(text, unprintable.start(), shown)
        message = f"found the control character U+{ord(unprintable[0]):04X}; a source is plain text"
        hint = "is this the right file? save it as UTF-8 text"
        raise refusal(place, "file-binary", message, hint)
    return text


def shown_path(path: Path) -> str:
    """The path as a person would type it: relative where it lies under the working folder."""
    if path.is_absolute():
        here = Path.cwd()
        path = path.relative_to(here) if path.is_relative_to(here) else path
    return path.as_posix()


def place_of_offset(text: str, offset: int, file: str) -> Place:
    """The line and column of a character offset; a line ends with LF, CR or CR LF."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    start = before.rfind("\n") + 1
    return Place(file, before.count("\n") + 1, len(before) - start + 1)


class SourceLines:
    """Lines of the files that faults are about, each file read once, again, for show.

    ``unwritten`` are the texts of files whose faults are about what is not in them yet.
    """

    def __init__(self, unwritten: Mapping[str, str]) -> None:
        self._files = {file: _split(text) for file, text in unwritten.items()}

    def at(self, place: Place) -> str | None:
        """The line of ``place``, U+FFFD for what is no UTF-8; None where there is none."""
        if place.line == 0:
            return None
        if place.file not in self._files:
            self._files[place.file] = _lines(place.file)
        lines = self._files[place.file]
        return lines[place.line - 1] if place.line <= len(lines) else None


def _lines(file: str) -> list[str]:
    try:
        text = read_regular(Path(file), RECORDING).decode("utf-8-sig", errors="replace")
    except OSError:
        return []
    return _split(text)


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def conflict_faults(text: str, file: str, do: str = "") -> tuple[Fault, ...]:
    """A fault where each merge conflict starts that git left in the text; ``do`` is the hint."""
    return tuple(
        fault(
            place_of_offset(text, conflict.start(), file),
            "merge-conflict",
            f"a merge conflict starts here ({conflict[0]})",
            do or "keep the right lines, and remove the lines <<<<<<<, ======= and >>>>>>>",
        )
        for conflict in _CONFLICT.finditer(text)
    )


def _read_bytes(path: Path, shown: str, inside: Path) -> bytes:
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(inside):
            message = "the file is a link that leads out of its folder"
            hint = "put a copy of the file itself here, so that the folder is complete"
            raise refusal(shown, "file-outside", message, hint)
        return read_regular(real, SOURCE)
    except FileNotFoundError:
        raise refusal(shown, "file-missing", "the file does not exist", "") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EFBIG:
            message = f"the file is larger than {MAX_BYTES} bytes (1 MiB)"
            hint = "a source is hand-written text; split it or remove what does not belong"
            raise refusal(shown, "file-too-large", message, hint) from None
        if code in (errno.EISDIR, errno.EINVAL):
            message = "expected a file, found something else (a folder, a pipe or a device)"
            raise refusal(shown, "file-irregular", message, "replace it by a text file") from None
        reason = error.strerror if isinstance(error, OSError) else "its links form a loop"
        message = f"the file cannot be read: {(reason or 'unknown reason').lower()}"
        raise refusal(shown, "file-unreadable", message, "check its permissions") from None


def _decode(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        place = place_of_offset(before, len(before), shown)
        found = data[error.start]
        message = f"byte 0x{found:02X} at offset {error.start} is not UTF-8"
        raise refusal(place, "file-encoding", message, "save the file as UTF-8 text") from None
