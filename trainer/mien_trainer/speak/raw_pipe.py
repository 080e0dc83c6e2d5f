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
_READ = 1 << 14


class RawPipe:
    """A pipe whose first bytes are looked at before any is given: four samples, no delay."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._head: bytes | None = None

    def begin(self) -> None:
        """Wait for the first eight bytes, and look at them.

        Raises:
            TrainerError: it is a file and no raw samples.
        """
        head = b""
        while len(head) < _HEAD and (more := self._pipe.read1(_READ)):
            head += more
        name = container(head)
        if name is not None:
            raise TrainerError(
                f"the pipe gives a file ({name}), expected raw samples: give the file's name, or "
                "ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | mien speak - ..."
            )
        self._head = head

    def read1(self, size: int, /) -> bytes:
        """As the pipe's; the first read may give eight bytes more than there are.

        Raises:
            TrainerError: as `begin`, where that was not done before.
        """
        if self._head is None:
            self.begin()
        head, self._head = self._head, b""
        return head or self._pipe.read1(size)


def container(head: bytes) -> str | None:
    """What file begins with ``head``; None where it may be samples."""
    if head[4:8] == _BOX:
        return "MP4"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
