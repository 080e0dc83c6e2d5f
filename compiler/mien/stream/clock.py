"""The clock that faces are sent by, and the wish to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from attrs import frozen

_NAP = 0.1
"""Seconds after which a wait looks whether it is to stop."""


class Stop:
    """Whether somebody wants the stream to stop; a signal sets it, and nothing is cut short."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def on_signals(self) -> Generator[None]:
        """While the block runs, Ctrl-C and the signals that end a program ask to stop."""
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
        if wanted[2:] and signal.getsignal(wanted[2]) is signal.SIG_IGN:
            wanted = wanted[:2]  # under nohup it goes on where the terminal is closed
        before = {one: signal.signal(one, self._ask) for one in wanted}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True


class Clock:
    """Seconds that never jump, of this machine."""

    def now(self) -> float:
        """The moment, in seconds from a moment of its own."""
        return time.monotonic()

    def wait_until(self, moment: float, stop: Stop) -> None:
        """Return at ``moment``, or soon after somebody asked to stop."""
        while not stop.asked and (left := moment - time.monotonic()) > 0.0:
            time.sleep(min(left, _NAP))


@frozen
class Tick:
    """A frame that is due, after ``skipped`` ones that were due before anybody woke up."""

    frame: int
    skipped: int = 0


def ticks(clock: Clock, rate: float, stop: Stop) -> Iterator[Tick]:
    """Frames at ``rate`` a second, each at its own moment from the start, so that none drifts.

    Where work or the machine take longer than a frame, frames are left out rather than sent in a
    burst behind their time.
    """
    start = clock.now()
    tick = Tick(0)
    while not stop.asked:
        yield tick
        due = int((clock.now() - start) * rate + 1e-6)
        skipped = max(0, due - tick.frame - 1)
        tick = Tick(tick.frame + 1 + skipped, skipped)
        clock.wait_until(start + tick.frame / rate, stop)
