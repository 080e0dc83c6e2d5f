"""A clock that a test turns, and ports of this machine that no other test has."""

from __future__ import annotations

import socket
from collections.abc import Callable

from mien.stream.clock import Clock, Stop


class TurnedClock(Clock):
    """Time passes when somebody waits, and by ``cost`` seconds at each look at it."""

    def __init__(self, cost: float = 0.0) -> None:
        self.moment = 1000.0
        self.cost = cost
        self.waits: list[float] = []
        self.at_wait: Callable[[int], None] = lambda _: None

    def now(self) -> float:
        self.moment += self.cost
        return self.moment

    def wait_until(self, moment: float, stop: Stop) -> None:
        self.waits.append(moment)
        self.moment = max(self.moment, moment)
        self.at_wait(len(self.waits))


def listening() -> socket.socket:
    """A port of this machine that keeps what is sent to it; to be closed, or used with ``with``."""
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
    found.bind(("127.0.0.1", 0))
    return found


def arrived(found: socket.socket) -> list[bytes]:
    """All datagrams that have arrived: on the loopback they are there once they are sent."""
    found.setblocking(False)
    kept: list[bytes] = []
    while True:
        try:
            kept.append(found.recv(65536))
        except BlockingIOError:
            return kept
