"""A face as programs send it to one another, one at a time, whatever the protocol."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import field, frozen

from mien.errors import MienError
from mien.formats.channel_table import HIGHEST, LOWEST

Turns = tuple[float, float, float]
"""Yaw, pitch and roll in degrees, with the signs of `mien.formats.take.Take`."""


class PacketError(MienError):
    """A datagram that is no packet of its protocol; the message says what is wrong with it."""


@frozen(kw_only=True)
class LiveFace:
    """One face on its way between programs.

    ``weights`` in [0, 1] are by the names of ARKit's channels; the ones that a packet leaves out
    are not in it, and none is where the sender saw no face. ``moment`` is the sender's own clock in
    seconds, None where the protocol tells no time. ``head`` and ``eyes`` (left, right) are None
    where they were not sent. ``subject`` is the character's name, where the protocol has one.
    ``clamped`` weights lay a little outside [0, 1]; ``unknown`` are names that are no channel's.
    """

    weights: Mapping[str, float]
    moment: float | None = field(default=None)
    head: Turns | None = field(default=None)
    eyes: tuple[Turns, Turns] | None = field(default=None)
    subject: str = field(default="")
    clamped: int = field(default=0)
    unknown: tuple[str, ...] = field(default=())


def weight_sent(name: str, value: float) -> float:
    """The weight that was sent for a channel; trackers pass 0 and 1 a little.

    Raises:
        PacketError: it is no number, or far outside [0, 1].
    """
    if not math.isfinite(value):
        raise PacketError(f"{name} is no number")
    if not LOWEST <= value <= HIGHEST:
        raise PacketError(f"{name} is far outside [0, 1]")
    return min(1.0, max(0.0, value))
