"""A pipe of raw samples, told from a sound file that was piped in by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien_trainer.fault import TrainerError

if TYPE_CHECKING:
    from mien_trainer.speak.speaker import Pipe

_MAGIC = {
    b"fLaC": "FLAC",
    b"RIFF": "WAV",
    b"RF64": "WAV",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"\x1aE\xdf\xa3": "Matroska or WebM",
}
"""What files begin with, and what they are."""

_BOX = b"ftyp"
"""At byte 4 of .mp4 and .m4a."""

_HEAD = 8


class RawPipe:
    """A pipe whose first bytes are looked at before any is given: four samples, no delay."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
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
            raise TrainerError(
                f"the pipe gives a file ({name}), expected raw samples: give the file's name, or "
                "ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | mien speak - ..."
            )
        return head


def container(head: bytes) -> str | None:
    """What file begins with ``head``; None where it may be samples."""
    if head[4:8] == _BOX:
        return "MP4"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
