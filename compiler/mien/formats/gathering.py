"""Faces gathered from datagrams as they come, whoever sent them, and a take made of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, field, frozen

from mien.formats import ifacialmocap_packet, livelink_packet, vmc
from mien.formats.arkit import arkit_channels
from mien.formats.live_face import LiveFace, PacketError
from mien.formats.take import F64, Take, recorded_take
from mien.formats.timecode import nominal_rate

QUIET = 1.0
"""Seconds of silence after which another program's faces are followed."""

MOST_FACES = 4 * 3600 * 60
"""Of a take: four hours at 60 a second, so that no sender can fill the memory."""

_MOST_KINDS = 20
_OTHER = "other reasons"
_JUMP = 2.0
"""A sender's clock that jumps by more seconds against ours was started anew."""

_TURNS = 9


@frozen(kw_only=True)
class Protocol:
    """How faces are sent: what people call it, and the port where its receivers usually listen.

    ``named`` where a packet says whose face it holds, ``timed`` where it tells its moment,
    ``turned`` where head and eyes are sent with it.
    """

    name: str
    title: str
    port: int
    named: bool = field(default=False)
    timed: bool = field(default=False)
    turned: bool = field(default=False)


PROTOCOLS: Mapping[str, Protocol] = {
    one.name: one
    for one in (
        Protocol(name="vmc", title="VMC", port=vmc.PORT, timed=True),
        Protocol(
            name="livelink",
            title="Live Link",
            port=livelink_packet.PORT,
            named=True,
            timed=True,
            turned=True,
        ),
        Protocol(name="ifacialmocap", title="iFacialMocap", port=ifacialmocap_packet.PORT),
    )
}


@frozen(kw_only=True)
class Heard:
    """What was gathered, and what was not, so that nothing is left out in silence.

    ``faceless`` packets were right, and their sender saw no face. ``refused`` counts datagrams by
    what was wrong with them, ``strangers`` those of other senders and of other characters.
    ``reordered`` faces came after a later one, ``repeated`` ones twice, ``missing`` ones did not
    come at all, as far as the sender's clock tells. ``restarts`` are of that clock. ``clamped``
    weights lay a little outside [0, 1], ``unknown`` names are no channel's.
    """

    datagrams: int
    faces: int
    faceless: int
    refused: Mapping[str, int]
    strangers: Mapping[str, int]
    reordered: int
    repeated: int
    missing: int
    restarts: int
    clamped: int
    unknown: tuple[str, ...]
    subject: str


class Gathering:
    """Takes datagrams in, and has the faces of one character: ``subject``, else the first one.

    Where a protocol does not say whose face it is, a character is one sender, until it is quiet for
    `QUIET` seconds. Where ``kept``, all faces stay, for `take`.
    """

    def __init__(self, protocol: Protocol, subject: str = "", *, kept: bool = True) -> None:
        self._protocol = protocol
        self._subject = subject
        self._kept = kept
        self._sender: object = None
        self._heard_at = 0.0
        self._state: dict[str, float] = {}
        self._pending: dict[str, float] = {}
        self._told_moment: float | None = None
        self._origin: float | None = None
        self._clocked = True
        self._untold = 0
        self._newest = -1.0
        self._newest_at = 0.0
        self._moments = array("d")
        self._weights = array("f")
        self._turns = array("f")
        self._turned = False
        self._seen: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()
        self._unknown: dict[str, None] = {}

    def take_in(self, datagram: bytes, arrival: float, sender: object = "") -> list[LiveFace]:
        """The character's faces that are whole with this datagram, newer than all before.

        ``arrival`` is in seconds of a clock that does not jump. A datagram that is no packet is
        counted and gives none.
        """
        self._counts["datagrams"] += 1
        if not self._protocol.named and not self._follows(sender, arrival):
            _count(self._strangers, f"the sender {sender}")
            return []
        try:
            faces = self._decoded(datagram)
        except PacketError as error:
            _count(self._refused, str(error))
            return []
        if faces or self._pending:
            self._sender, self._heard_at = sender, arrival
        return [whole for face in faces if (whole := self._gathered(face, arrival)) is not None]

    @property
    def faces(self) -> int:
        """How many there are until now."""
        return self._counts["faces"]

    @property
    def full(self) -> bool:
        """Whether it keeps as many faces as it takes in."""
        return len(self._moments) >= MOST_FACES

    @property
    def heard(self) -> Heard:
        """What came until now."""
        moments = self._ordered()[1]
        steps = np.diff(moments)
        step = float(np.median(steps)) if len(steps) and self._timed else 0.0
        wide = steps[steps > 1.5 * step] if step > 0.0 else steps[:0]
        return Heard(
            datagrams=self._counts["datagrams"],
            faces=self._counts["faces"],
            faceless=self._counts["faceless"],
            refused=dict(self._refused),
            strangers=dict(self._strangers),
            reordered=self._counts["reordered"],
            repeated=self._counts["repeated"],
            missing=sum(round(one / step) - 1 for one in wide.tolist()),
            restarts=self._counts["restarts"],
            clamped=self._counts["clamped"],
            unknown=tuple(self._unknown),
            subject=self._subject,
        )

    def take(
        self, source: str, channels: Sequence[str] | None = None, rate: float | None = None
    ) -> Take | None:
        """The take of all faces that were kept, in the order of their moments; None of none."""
        order, moments = self._ordered()
        if not len(order):
            return None
        own = arkit_channels()
        wanted = own if channels is None else tuple(channels)
        sent = np.array(self._weights, dtype=np.float64).reshape(-1, len(own))[order]
        weights = np.zeros((len(sent), len(wanted)))
        for column, name in enumerate(wanted):
            if name in own:
                weights[:, column] = sent[:, own.index(name)]
        turns = np.array(self._turns, dtype=np.float64).reshape(-1, _TURNS)[order]
        heard = self.heard
        take = recorded_take(
            nominal_rate(moments) if rate is None else rate,
            wanted,
            moments - moments[0],
            weights,
            head=turns[:, :3] if self._turned else None,
            eyes=turns[:, 3:] if self._turned else None,
            source=source,
            dialect=f"sent by {self._protocol.title}",
            lost=heard.faceless + sum(heard.refused.values()),
            absent=tuple(name for name in wanted if name not in self._seen),
            unknown=(*heard.unknown, *(f"{who} ({n})" for who, n in heard.strangers.items())),
        )
        return evolve(take, name=self._subject)

    @property
    def _timed(self) -> bool:
        return self._origin is not None

    def _ordered(self) -> tuple[list[int], F64]:
        moments = np.array(self._moments, dtype=np.float64)
        order = np.argsort(moments, kind="stable")
        return order.tolist(), moments[order]

    def _follows(self, sender: object, arrival: float) -> bool:
        return self._sender in (None, sender) or arrival - self._heard_at > QUIET

    def _decoded(self, datagram: bytes) -> tuple[LiveFace, ...]:
        if self._protocol.name == "livelink":
            return (livelink_packet.decode(datagram),)
        if self._protocol.name == "ifacialmocap":
            return ifacialmocap_packet.decode(datagram)
        part = vmc.decode(datagram)
        if part.moment is not None:
            self._told_moment = part.moment
        self._counts["clamped"] += part.clamped
        self._unknown |= dict.fromkeys(part.unknown[: _MOST_KINDS - len(self._unknown)])
        self._pending |= part.weights
        if not part.applied:
            self._pending |= part.then
            return ()
        whole = LiveFace(weights=self._pending, moment=self._told_moment)
        self._pending, self._told_moment = part.then, None
        return (whole,)

    def _gathered(self, face: LiveFace, arrival: float) -> LiveFace | None:
        if self._protocol.named:
            self._subject = self._subject or face.subject
            if face.subject != self._subject:
                _count(self._strangers, face.subject)
                return None
        self._counts["clamped"] += face.clamped
        self._unknown |= dict.fromkeys(face.unknown[: _MOST_KINDS - len(self._unknown)])
        if not face.weights:
            self._counts["faceless"] += 1
            return None
        moment = self._moment(face, arrival)
        if moment == self._newest:
            self._counts["repeated"] += 1
            return None
        late = moment < self._newest
        self._counts["faces"] += 1
        self._counts["reordered"] += late
        self._state |= face.weights
        self._seen |= face.weights.keys()
        if self._kept and not self.full:
            self._keep(moment, face)
        if late:
            return None
        self._newest, self._newest_at = moment, arrival
        return evolve(face, weights=dict(self._state), moment=moment)

    def _moment(self, face: LiveFace, arrival: float) -> float:
        """When the face was: by the sender's clock where it tells one, on ours."""
        waited = arrival - self._newest_at
        self._untold = self._untold + 1 if face.moment is None else 0
        if self._untold > 1:  # one may come from a datagram that was lost
            self._origin, self._clocked = None, False
        if not self._clocked:
            return arrival
        if face.moment is None:
            return arrival if self._newest < 0.0 else self._newest + waited
        if self._origin is None:
            self._origin = arrival - face.moment
        moment = face.moment + self._origin
        if self._newest >= 0.0 and abs(moment - self._newest - waited) > _JUMP:
            self._counts["restarts"] += 1
            self._origin = self._newest + waited - face.moment
            moment = self._newest + waited
        return moment

    def _keep(self, moment: float, face: LiveFace) -> None:
        self._moments.append(moment)
        self._weights.extend(self._state.get(name, 0.0) for name in arkit_channels())
        left, right = face.eyes or ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        self._turns.extend((*(face.head or (0.0, 0.0, 0.0)), *left, *right))
        self._turned = self._turned or face.head is not None


def _count(counter: Counter[str], kind: str) -> None:
    """Count, without a kind of its own for each of a thousand odd datagrams."""
    counter[kind if kind in counter or len(counter) < _MOST_KINDS else _OTHER] += 1
