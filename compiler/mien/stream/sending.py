"""Characters whose faces are sent, frame by frame, and left at rest."""

from __future__ import annotations

import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from mien.errors import MienError
from mien.formats import ifacialmocap_packet, livelink_packet, vmc
from mien.formats.gathering import Protocol
from mien.formats.live_face import LiveFace
from mien.stream.clock import Clock, Stop, ticks
from mien.stream.sources import REST, Source

REST_TIMES = 3
"""How often the face at rest is sent: a datagram may be lost."""

_REST_PAUSE = 1.0 / 60.0
"""Seconds between them, at most."""

_DAY = 86_400.0

Encoder = Callable[[LiveFace, float], tuple[bytes, ...]]
"""The datagrams of a face at a moment in seconds from the start."""


@frozen(kw_only=True)
class Way:
    """How a character's faces go out: the protocol, the receiver, and what it is called there.

    ``rate`` is in frames a second, ``version`` is of iFacialMocap's text, ``expressions``
    are those that VMC sets.
    """

    protocol: Protocol
    host: str
    port: int
    subject: str
    rate: float
    version: int = 1
    expressions: str = "perfect-sync"


def encoder(way: Way) -> Encoder:
    """What makes the datagrams of a character.

    Live Link tells the time of the day, by this machine's clock when the stream began.
    """
    if way.protocol.name == "vmc":
        return lambda face, moment: vmc.encode(evolve(face, moment=moment), way.expressions)
    if way.protocol.name == "ifacialmocap":
        return lambda face, _: (ifacialmocap_packet.encode(face, way.version),)
    now = time.localtime()
    start = 3600.0 * now.tm_hour + 60.0 * now.tm_min + now.tm_sec
    device = str(uuid.uuid5(uuid.NAMESPACE_DNS, way.subject)).upper()
    base = Fraction(way.rate).limit_denominator(1001)

    def live_link(face: LiveFace, moment: float) -> tuple[bytes, ...]:
        own = evolve(face, subject=way.subject, moment=(start + moment) % _DAY)
        return (livelink_packet.encode(own, device, base),)

    return live_link


class Sender:
    """A character: where its faces come from, and its way out. To be closed."""

    def __init__(self, source: Source, way: Way) -> None:
        self.source = source
        self.way = way
        self.frames = 0
        self.datagrams = 0
        self.refused = 0
        self.failed: Counter[str] = Counter()
        self._encode = encoder(way)
        self._socket = connected(way.host, way.port)

    def send(self, face: LiveFace, moment: float) -> None:
        """Send a face; what the system refuses to send is counted."""
        self.frames += 1
        for packet in self._encode(face, moment):
            self._give(packet)

    def rest(self, moment: float) -> None:
        """Send the face at rest, which is no frame of the source."""
        for packet in self._encode(REST, moment):
            self._give(packet)

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def _give(self, packet: bytes) -> None:
        for _ in range(2):
            try:
                self._socket.send(packet)
            except ConnectionRefusedError:  # it tells of an earlier datagram; this one was not sent
                self.refused += 1
            except OSError as error:
                self.failed[error.strerror or str(error)] += 1
                return
            else:
                self.datagrams += 1
                return


@frozen(kw_only=True)
class Sent:
    """What was sent: ``seconds`` of the stream's clock, ``skipped`` frames that came too late."""

    seconds: float
    skipped: int
    ended: str


def send(
    senders: Sequence[Sender],
    clock: Clock,
    rate: float,
    stop: Stop,
    *,
    seconds: float | None = None,
    before: Callable[[float], None] = lambda _: None,
) -> Sent:
    """Send every character's faces at ``rate`` a second, until all have ended or somebody stops it.

    Whatever ends it, every face is left at rest. ``before`` is called ahead of each frame with its
    moment.
    """
    active = list(senders)
    moment = 0.0
    skipped = 0
    ended = "stopped"
    try:
        for tick in ticks(clock, rate, stop):
            moment = tick.frame / rate
            if seconds is not None and moment >= seconds:
                ended = f"{seconds:g} seconds are over"
                break
            skipped += tick.skipped
            before(moment)
            for sender in tuple(active):
                face = sender.source.face_at(moment)
                if face is None:
                    active.remove(sender)
                    sender.rest(moment)
                elif face.weights:
                    sender.send(face, moment)
            if not active:
                ended = "the end was reached"
                break
    finally:
        _leave_at_rest(senders, clock, moment, min(1.0 / rate, _REST_PAUSE))
    return Sent(seconds=moment, skipped=skipped, ended=ended)


def _leave_at_rest(senders: Sequence[Sender], clock: Clock, moment: float, pause: float) -> None:
    """Send every face at rest, and again; nothing that asks to stop keeps it from that."""
    start = clock.now()
    for times in range(1, REST_TIMES + 1):
        clock.wait_until(start + times * pause, Stop())
        for sender in senders:
            sender.rest(moment + times * pause)


def connected(host: str, port: int) -> socket.socket:
    """A socket for datagrams to one receiver.

    Raises:
        MienError: there is no such host, or no way to it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, number, _, address = found[0]
        made = socket.socket(family, kind, number)
        try:
            made.connect(address)
        except OSError:
            made.close()
            raise
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MienError(f"cannot send to {host}: {reason.lower()}") from None
    return made


def told(sender: Sender) -> Mapping[str, object]:
    """What became of a character's faces, as JSON."""
    way = sender.way
    return {
        "source": sender.source.title,
        "protocol": way.protocol.name,
        "name": way.subject if way.protocol.named else "",
        "host": way.host,
        "port": way.port,
        "frames": sender.frames,
        "datagrams": sender.datagrams,
        "refused": sender.refused,
        "failed": dict(sender.failed),
        "notes": list(sender.source.told),
    }
