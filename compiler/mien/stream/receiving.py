"""Datagrams received until it is over, gathered, recorded and handed on."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from attrs import frozen

from mien.errors import MienError
from mien.formats.gathering import MOST_FACES, Gathering
from mien.formats.live_face import LiveFace
from mien.formats.recording import Address, Datagram
from mien.stream.clock import Clock, Stop
from mien.stream.sending import connected

_NAP = 0.1
_LARGEST = 1 << 16
_ROOM = 1 << 21
"""Bytes that the system keeps of datagrams while we are busy, where it lets us have them."""

_LAST = 0.2
"""Seconds in which what has arrived is still taken in."""

ASK_EVERY = 1.0
"""Seconds between requests to an app that does not send yet."""


@frozen
class Incoming:
    """A datagram and where it came from."""

    data: bytes
    sender: Address


class SocketInbox:
    """A port that listens, on one address of this machine; to be closed.

    Raises:
        MienError: the port is taken, or the address is not this machine's.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
            family, kind, number, _, address = found[0]
            self._socket = socket.socket(family, kind, number)
            try:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
                self._socket.bind(address)
                self._socket.settimeout(_NAP)
            except OSError:
                self._socket.close()
                raise
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"cannot listen on {host}, port {port}: {reason.lower()}"
            raise MienError(message) from None
        self.address: Address = self._socket.getsockname()[:2]

    def next_datagram(self) -> Incoming | None:
        """The next one; None where none came for a moment."""
        try:
            data, sender = self._socket.recvfrom(_LARGEST)
        except (TimeoutError, ConnectionError):  # what was sent from here found nobody
            return None
        return Incoming(data, (str(sender[0]).partition("%")[0], int(sender[1])))

    def send(self, data: bytes, target: Address) -> None:
        """Send from the port that listens; an app answers there.

        Raises:
            MienError: there is no way to the target.
        """
        try:
            self._socket.sendto(data, target)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise MienError(f"cannot ask {target[0]}: {reason.lower()}") from None

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


def own_address(host: str) -> str:
    """The address of this machine from which ``host`` is reached.

    Raises:
        MienError: there is no way to it.
    """
    with connected(host, 9) as found:
        return str(found.getsockname()[0])


@frozen(kw_only=True)
class Limits:
    """When receiving is over: after ``seconds``, or after ``silence`` without a face."""

    silence: float
    seconds: float | None = None


def receive(
    inbox: Callable[[], Incoming | None],
    gatherings: Sequence[Gathering],
    clock: Clock,
    stop: Stop,
    limits: Limits,
    *,
    own: Address = ("127.0.0.1", 0),
    record: Callable[[Datagram], object] | None = None,
    show: Callable[[LiveFace], None] | None = None,
    ask: Callable[[], None] | None = None,
) -> str:
    """Take the datagrams of ``inbox`` in until it is over, and say why it is.

    ``record`` gets every datagram, ``show`` every face that is newer than all before; ``ask`` is
    called once a `ASK_EVERY` while no face comes.
    """
    began = heard = clock.now()
    first: float | None = None
    asked = began - ASK_EVERY
    epoch = time.time() - began

    def take(incoming: Incoming) -> bool:
        """Whether there was a face in it."""
        arrival = clock.now()
        if record is not None:
            record(_recorded(incoming, epoch + arrival, own))
        sender = f"{incoming.sender[0]}:{incoming.sender[1]}"
        found = [one for each in gatherings for one in each.take_in(incoming.data, arrival, sender)]
        if show is not None:
            for one in found:
                show(one)
        return bool(found)

    while not stop.asked:
        now = clock.now()
        if first is not None and limits.seconds is not None and now - first >= limits.seconds:
            return f"{limits.seconds:g} seconds are over"
        if any(one.full for one in gatherings):
            return f"a take has {MOST_FACES:,} faces at most"
        if now - heard >= limits.silence:
            return f"no face came for {limits.silence:g} seconds"
        quiet = first is None or now - heard >= ASK_EVERY
        if ask is not None and quiet and now - asked >= ASK_EVERY:
            ask()
            asked = now
        incoming = inbox()
        if incoming is not None and take(incoming):
            heard = clock.now()
            first = heard if first is None else first
    stopped = clock.now()
    while clock.now() - stopped < _LAST and (incoming := inbox()) is not None:
        take(incoming)  # it had arrived when somebody asked to stop
    return "stopped"


def _recorded(incoming: Incoming, moment: float, own: Address) -> Datagram:
    """With our own address in the family of the sender's, even where we listen on all of them."""
    version = ip_address(incoming.sender[0]).version
    here = (
        own[0] if ip_address(own[0]).version == version else "127.0.0.1" if version == 4 else "::1"
    )
    return Datagram(
        moment=moment, source=incoming.sender, target=(here, own[1]), data=incoming.data
    )
