"""Recordings of the program LLV (``.gesichter``): packets of Live Link, one after another.

A gzip file of the version (6), the number of packets in four bytes, and each packet behind its
length in four bytes. What LLV writes before version 6 is text, and is not read.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from mien.formats.arkit import ABSENT
from mien.formats.gathering import PROTOCOLS, Gathering
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import Take
from mien.formats.text_file import read_bytes
from mien.text.fault import refusal
from mien.text.files import shown_path
from mien.text.regular_file import RECORDING

_HEAD = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")
_VERSION = 6
_RATE = 60.0
"""Packets a second, where their own clock stands still."""

_LONGEST = 4096


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take of the first character; its rate is measured if none is asked for.

    Raises:
        SourceError: it is no such recording, is cut short, or no packet holds a face.
    """
    name = shown_path(path)
    gathering = Gathering(PROTOCOLS["livelink"])
    for number, packet in enumerate(_packets(_unpacked(read_bytes(path), name), name)):
        gathering.take_in(packet, number / _RATE)
    take = gathering.take(name, asked.channels, asked.rate)
    if take is None:
        refused = gathering.heard.refused
        why = f": {next(iter(refused))}" if refused else ""
        raise refusal(name, "no-rows", f"no packet of the recording holds a face{why}")
    missing = [one for one in take.repairs.absent if one != ABSENT]
    if missing and not asked.partial:
        raise refusal(name, "column-missing", f"no packet sets {', '.join(missing)}")
    return take


def _unpacked(data: bytes, name: str) -> bytes:
    hint = "expected a recording of LLV, which is a gzip file of packets"
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            found = stream.read(RECORDING.most + 1)
    except (OSError, EOFError, zlib.error) as error:
        message = f"this cannot be unpacked: {str(error).lower()}"
        raise refusal(name, "no-recording", message, hint) from None
    if len(found) > RECORDING.most:
        message = f"unpacked it has over {RECORDING.most:,} bytes"
        raise refusal(name, "file-too-large", message, "cut it into takes")
    if len(found) < _HEAD.size or found[0] != _VERSION:
        begun = f"it begins with version {found[0]}" if found else "it is empty"
        message = f"{begun}, expected packets of version {_VERSION}"
        raise refusal(name, "no-recording", message, hint)
    return found


def _packets(data: bytes, name: str) -> Iterator[bytes]:
    count = int(_HEAD.unpack_from(data)[1])
    at = _HEAD.size
    for number in range(count):
        if at + _LENGTH.size > len(data):
            return  # a recording that was stopped says how many packets were wanted
        length = int(_LENGTH.unpack_from(data, at)[0])
        at += _LENGTH.size
        if length > _LONGEST or at + length > len(data):
            message = f"packet {number}, at byte {at} of what is unpacked, does not end within it"
            raise refusal(name, "no-recording", message, "the file may have been cut off")
        yield data[at : at + length]
        at += length
