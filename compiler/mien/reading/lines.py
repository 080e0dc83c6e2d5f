"""Lines of UTF-8 from a file or a stream, one at a time, with the byte where they are none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mien.errors import MienError
from mien.text.regular_file import FileKind, open_regular
from mien.text.sound_bytes import sound_in_text

TEXT = FileKind("a text", 256 << 20)

_MARK = "\ufeff"


class TextError(MienError):
    """What should be text and is sound or not UTF-8; the message says which, or at which byte."""


def require_text(given: str) -> str:
    """The text of an argument, which the system may have given in bytes that are none.

    Raises:
        TextError: a byte is not UTF-8.
    """
    data = os.fsencode(given)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TextError(
            f"the text: byte {error.start} is 0x{data[error.start]:02x}, which is not UTF-8"
        ) from None


def file_lines(path: Path) -> Iterator[str]:
    """The lines of a file, with their ends.

    Raises:
        TextError: it is sound, or a byte is not UTF-8.
        OSError: there is no such file, or it is no regular one, or too large.
    """
    with open_regular(path, TEXT) as stream:
        yield from stream_lines(stream, str(path))


def stream_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """The lines of a stream that is called ``name``, each as soon as it is there.

    Raises:
        TextError: it is sound, or a byte is not UTF-8.
    """
    before = 0
    for raw in stream:
        found = None if before else sound_in_text(raw)
        if found is not None:
            raise TextError(f"{name}: {found}: what is said in it")
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            place = before + error.start
            raise TextError(
                f"{name}: byte {place} is 0x{raw[error.start]:02x}, which is not UTF-8; "
                "save the text as UTF-8"
            ) from None
        yield line if before else line.removeprefix(_MARK)
        before += len(raw)
