"""Lines that come through a pipe while other things are done, and rows of weights in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from queue import Empty, Queue
from threading import Thread

from mien.errors import MienError
from mien.formats.arkit import arkit_channel
from mien.formats.live_face import PacketError, weight_sent

_BLOCK = 1 << 16
_LONGEST = 1 << 20
_AHEAD = 600
"""Lines that are read ahead; then whoever writes them waits."""

_MOST_TOLD = 20


class Lines:
    """The lines of a file descriptor, read by a thread of their own, numbered from 1.

    ``whole`` once the pipe has ended, and ``ended`` once the last line was given out as well;
    ``told`` is what is wrong with the text as a whole, as sentences.
    """

    def __init__(self, descriptor: int) -> None:
        self._queue: Queue[tuple[int, str] | None] = Queue(_AHEAD)
        self._descriptor = descriptor
        self.ended = False
        self.whole = False
        self.told: list[str] = []
        Thread(target=self._read, name="mien-lines", daemon=True).start()

    def arrived(self) -> Iterator[tuple[int, str]]:
        """The lines that are there, each once."""
        while not self.ended:
            try:
                line = self._queue.get_nowait()
            except Empty:
                return
            if line is None:
                self.ended = True
            else:
                yield line

    def _read(self) -> None:
        rest, number = b"", 0
        while block := self._block():
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                number += 1
                if line.strip():
                    self._queue.put((number, line.decode(errors="replace").strip()))
            if len(rest) > _LONGEST:
                self.told.append(
                    f"line {number + 1} is longer than {_LONGEST:,} bytes: not read on"
                )
                rest = b""
                break
        if rest.strip():
            self._queue.put((number + 1, rest.decode(errors="replace").strip()))
        self._queue.put(None)
        self.whole = True

    def _block(self) -> bytes:
        try:
            return os.read(self._descriptor, _BLOCK)
        except OSError:
            return b""


class PipedRows:
    """Rows of weights as CSV with a header of channels in any spelling, as they come."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._columns: dict[int, str] = {}
        self._width = 0
        self._wrong: list[str] = []
        self._more = 0

    @property
    def ended(self) -> bool:
        """Whether no other row will come."""
        return self._lines.ended

    @property
    def told(self) -> Sequence[str]:
        """What could not be read, as sentences."""
        more = [f"and {self._more} rows more that could not be read"] * bool(self._more)
        return [*self._wrong, *more, *self._lines.told]

    def next_row(self) -> Mapping[str, float] | None:
        """The next row's weights by channel; None where there is none yet, or no more.

        Raises:
            MienError: the first line names no channel.
        """
        for number, line in self._lines.arrived():
            if not self._columns:
                self._columns = self._header(line)
                continue
            try:
                return self._row(line)
            except PacketError as error:
                if len(self._wrong) < _MOST_TOLD:
                    self._wrong.append(f"row at line {number} left out: {error}")
                else:
                    self._more += 1
        return None

    def _header(self, line: str) -> dict[int, str]:
        names = [one.strip().strip('"') for one in line.split(",")]
        columns = {k: found for k, one in enumerate(names) if (found := arkit_channel(one))}
        if not columns:
            raise MienError(
                "the first line that came through the pipe names no channel; "
                "expected CSV with a header, as `mien speak -` writes"
            )
        self._width = len(names)
        return columns

    def _row(self, line: str) -> dict[str, float]:
        fields = line.split(",")
        if len(fields) != self._width:
            raise PacketError(f"{len(fields)} fields, expected {self._width} as in the header")
        return {name: weight_sent(name, _number(fields[k])) for k, name in self._columns.items()}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
