"""A pipe of raw samples, told from a sound file that was piped in by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from mien.text.sound_bytes import COMPRESSED, container
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.sound_doubts import CLIPPED_LIMIT, FAINT, FULL_SCALE, clipped_words

if TYPE_CHECKING:
    from mien_trainer.speak.speaker import Pipe

_HEAD = 8
_INSTEAD = "give the file's name, or ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | mien speak - ..."

_TOO_LOUD, _MUTE = 2 * SAMPLE_RATE, 10 * SAMPLE_RATE
"""Samples after which a pipe whose sound is clipped, or silent from its start, is told of."""


class RawPipe:
    """A pipe whose first bytes are looked at before any is given: four samples, no delay."""

    def __init__(self, pipe: Pipe, tell: Callable[[str], None] = lambda _: None) -> None:
        """``tell`` is told what may be wrong with it."""
        self._pipe, self._tell = pipe, tell
        self._begun = False

    def read1(self, size: int, /) -> bytes:
        """As the pipe's; the first read waits for eight bytes, and may give that many.

        Raises:
            TrainerError: it is a file and no raw samples.
        """
        if self._begun:
            return self._pipe.read1(size)
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
        return head


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
