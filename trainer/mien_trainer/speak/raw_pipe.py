"""A pipe of raw samples, told from a sound file that was piped in by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mien.text.sound_bytes import COMPRESSED, container
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.sound_doubts import CLIPPED_LIMIT, FAINT, FULL_SCALE, clipped_words
from mien_trainer.speak.byte_order import SWAPPED, ByteOrder

if TYPE_CHECKING:
    from mien_trainer.speak.speaker import Pipe

_HEAD = 8
_INSTEAD = "give the file's name, or ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | mien speak - ..."

_LOOKED_AT, _LEAST = 8000, 1000
"""Bytes after which it is known whether a pipe gives floats, and how many of those are not 0."""

_NAN = 0x7FC0
"""The upper half of a float that is no number."""

_TOO_LOUD, _MUTE = 2 * SAMPLE_RATE, 10 * SAMPLE_RATE
"""Samples after which a pipe whose sound is clipped, or silent from its start, is told of."""


class RawPipe:
    """A pipe whose first bytes are looked at before any is given: four samples, no delay."""

    def __init__(self, pipe: Pipe, tell: Callable[[str], None] = lambda _: None) -> None:
        """``tell`` is told what may be wrong with it."""
        self._pipe, self._tell = pipe, tell
        self._begun = False
        self._start = bytearray()
        self._order: ByteOrder | None = ByteOrder()

    def read1(self, size: int, /) -> bytes:
        """As the pipe's; the first read waits for eight bytes, and may give that many.

        Raises:
            TrainerError: it is a file and no raw samples.
        """
        if self._begun:
            return self._looked_at(self._pipe.read1(size))
        self._begun = True
        head = b""
        while len(head) < _HEAD and (more := self._pipe.read1(size)):
            head += more
        name = container(head)
        if name is not None:
            raise TrainerError(f"the pipe gives a file ({name}), expected raw samples: {_INSTEAD}")
        packed = COMPRESSED.get(head[:2])
        if packed is not None:
            self._tell(f"the pipe begins as {packed} does; if it is no raw sound, {_INSTEAD}")
        return self._looked_at(head)

    def _looked_at(self, data: bytes) -> bytes:
        """The bytes; that they are floats, or swapped, is told when it is certain."""
        if len(self._start) < _LOOKED_AT:
            self._start += data
            if len(self._start) >= _LOOKED_AT:
                words = floats_words(bytes(self._start))
                if words is not None:
                    self._tell(words)
                    self._order = None  # of floats there is none to be told
        if self._order is not None and self._order.swapped(data):
            self._tell(SWAPPED)
        return data


def floats_words(data: bytes) -> str | None:
    """What is to be said of the first bytes of a pipe if they are floats of 32 bits; else None.

    Of floats every second half is sign and exponent, of a sound's between 2 to the -31 and 1; of
    samples it is a sample as the other half is.
    """
    halves = np.frombuffer(data[: len(data) // 4 * 4], "<u2").reshape(-1, 2)
    low, high = (halves & np.uint16(0x7FFF)).T
    numbers = _is_exponent(high)
    no_numbers = (halves[:, 0] == 0) & (high == _NAN)
    sounding = halves.any(axis=1)
    like = numbers | no_numbers
    if like.sum() < 0.99 * max(int(sounding.sum()), _LEAST) or _is_exponent(low).mean() > 0.5:
        return None
    none = f", of which {no_numbers.mean():.0%} are no numbers (NaN)" if no_numbers.any() else ""
    return (
        f"the pipe gives floats of 32 bits{none}, and 16-bit samples were expected: this is noise; "
        "convert them, ... | ffmpeg -f f32le -ar 16000 -ac 1 -i - -f s16le - | mien speak - ..."
    )


def _is_exponent(half: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Whether it is the upper half of a float of a sound, without its sign."""
    return np.asarray((half >= 0x3000) & (half <= 0x3F80))


def watched(sound: Iterable[F32], tell: Callable[[str], None]) -> Iterator[F32]:
    """The blocks of ``sound`` as they are; tells, once, that it is clipped, and that it is mute."""
    samples = clipped = 0
    loudest = 0.0
    told_loud = told_mute = False
    for block in sound:
        levels = np.abs(block)
        samples += len(block)
        clipped += int(np.count_nonzero(levels >= FULL_SCALE))
        loudest = max(loudest, float(levels.max(initial=0.0)))
        if samples >= _TOO_LOUD and clipped > CLIPPED_LIMIT * samples and not told_loud:
            told_loud = True
            tell(clipped_words(clipped / samples))
        if samples >= _MUTE and loudest < FAINT and not told_mute:
            told_mute = True
            tell(f"silence for {_MUTE // SAMPLE_RATE} s: is the microphone muted?")
        yield block
