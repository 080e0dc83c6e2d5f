"""What may be wrong with a sound that is read all the same, in words for whoever made it."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from io import SEEK_END
from pathlib import Path

from attrs import frozen

from mien.text.regular_file import SOUND, open_regular

CLIPPED_LIMIT = 0.01
"""The share of samples at full scale above which a file is nothing to learn from. A sine that just
touches full scale has 0.7 %; speech with 1 % is distorted in most of its vowels."""

FULL_SCALE = 1.0 - 2.0 / 32768.0
"""A sample from here on counts as clipped: the two loudest steps of 16 bits."""

FAINT = 1e-3
"""A sound whose loudest sample is below this (-60 dB) is hardly one."""

_KEPT = 0.1
"""Channels whose mean keeps less of their power than this cancel each other out."""

_HEAD = 1 << 16
"""Bytes in which the header of a WAV ends, as a rule."""

_UNKNOWN = 0x7F000000
"""A length from here on is what a pipe wrote that knew none."""

_SLACK = 0.2
"""Seconds by which header and file may differ."""


@frozen(kw_only=True)
class Recorded:
    """How a sound was recorded: the shares of samples at full scale, and of power that mixing kept.

    ``loudest`` is the largest sample of the mix, of 1.
    """

    clipped: float
    kept: float
    loudest: float


def clipped_words(share: float) -> str:
    """What is to be said of a sound of which this share is clipped."""
    return (
        f"{share:.1%} of the samples are clipped, so that lips may be missed: record it again with "
        "less gain"
    )


def faint_words(loudest: float) -> str:
    """What is to be said of a sound whose loudest sample is this."""
    if loudest == 0.0:
        return "there is nothing but silence in it"
    level = 20.0 * math.log10(loudest)
    return f"there is hardly a sound in it: the loudest sample is at {level:.0f} dB of full scale"


def recorded_doubts(recorded: Recorded, name: str) -> Iterator[str]:
    """What may be wrong with a sound in the file ``name``, by how it was recorded."""
    if recorded.clipped > CLIPPED_LIMIT:
        yield clipped_words(recorded.clipped)
    if recorded.kept < _KEPT:
        yield (
            f"its channels cancel each other out, {1.0 - recorded.kept:.0%} of their power, so "
            "that one may be inverted: take one of them, "
            f"ffmpeg -i {name} -af 'pan=mono|c0=c0' one.wav"
        )
    elif recorded.loudest < FAINT:
        yield faint_words(recorded.loudest)


def header_doubt(path: Path) -> str | None:
    """Where the header of a WAV says another length than its file has; None for other files.

    Raises:
        OSError: the file cannot be read.
    """
    with open_regular(path, SOUND) as file:
        found = _data_of(file.read(_HEAD))
        if found is None:
            return None
        start, said, rate = found
        there = file.seek(0, SEEK_END) - start
        file.seek(start + said + said % 2)
        ends = abs(said - there) < _SLACK * rate or _is_chunk(file.read(8))
    if said >= _UNKNOWN or ends:
        return None
    if said > there:
        return f"its header says {said / rate:.1f} s and {there / rate:.1f} s are there: it was cut"
    return (
        f"its header says {said / rate:.1f} s and {there / rate:.1f} s are there, as of a "
        f"recording that was not closed: ffmpeg -ignore_length 1 -i {path.name} mended.wav"
    )


def _data_of(head: bytes) -> tuple[int, int, int] | None:
    """Where the samples of a WAV begin, how many bytes it says they are, and bytes a second."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, rate = 12, 0
    while at + 8 <= len(head):
        size = int(struct.unpack_from("<I", head, at + 4)[0])
        if head[at : at + 4] == b"data":
            return (at + 8, size, rate) if rate else None
        if head[at : at + 4] == b"fmt " and at + 20 <= len(head):
            rate = int(struct.unpack_from("<I", head, at + 16)[0])
        at += 8 + size + size % 2
    return None


def _is_chunk(after: bytes) -> bool:
    """Whether what follows the samples is another part of the file, by its name."""
    return len(after) == 8 and after[:4].isascii() and after[:4].decode("ascii").isprintable()
