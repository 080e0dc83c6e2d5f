"""What it costs to send the faces of many characters, beside all that one core can do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np

from mien.bench.report import Better, Row
from mien.bench.timing import medians
from mien.formats.arkit import arkit_channels
from mien.formats.gathering import PROTOCOLS
from mien.formats.take import steady_take
from mien.stream.clock import Clock, Stop
from mien.stream.sending import Sender, Way, send
from mien.stream.sources import TakeSource

_RATE = 60.0


class _Hurry(Clock):
    """A clock on which every wait is over at once."""

    def __init__(self) -> None:
        self._moment = 0.0

    def now(self) -> float:
        return self._moment

    def wait_until(self, moment: float, stop: Stop) -> None:
        self._moment = max(self._moment, moment)


def stream_rows(characters: int, *, rounds: int) -> Iterator[Row]:
    """Seconds of work for a second of ``characters`` at 60 frames a second, by each protocol.

    The datagrams go to ports of this machine that keep what they have room for. The peer is the
    second itself: the ratio is the share of a core.
    """
    weights = np.random.default_rng(1).random((round(_RATE), 52), dtype=np.float32)
    take = steady_take(_RATE, arkit_channels(), weights)
    for protocol in PROTOCOLS.values():
        with ExitStack() as stack:
            senders: list[Sender] = []
            for number in range(characters):
                port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                stack.callback(port.close)
                port.bind(("127.0.0.1", 0))
                way = Way(
                    protocol=protocol,
                    host="127.0.0.1",
                    port=port.getsockname()[1],
                    subject=f"character {number}",
                    rate=_RATE,
                )
                senders.append(Sender(TakeSource(take, _RATE), way))
                stack.callback(senders[-1].close)

            def second(senders: list[Sender] = senders) -> None:
                send(senders, _Hurry(), _RATE, Stop())

            took = medians({"ours": second}, rounds=rounds)
        yield Row(
            name=f"send {characters} characters by {protocol.title} / one core",
            batch=characters,
            ours=took["ours"],
            peer=1.0,
            better=Better.LOWER,
        )
