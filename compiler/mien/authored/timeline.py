"""A label's shape in time as its author wrote it: dynamics, and named sequences of keys.

All times are whole milliseconds from the start of the display. Head and gaze are degrees: yaw is
positive to the subject's right, pitch downwards, roll to the subject's right shoulder.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

Shares = Mapping[str, float]
"""Full channel name to a share of its weight, or to a weight."""

Degrees = Mapping[str, float]
"""Axis (yaw, pitch, roll) to degrees; an axis that is not named is not moved."""


class Kind(Enum):
    """How a label is shown: once, as long as it is asked for, or by its usual sequence."""

    EVENT = "event"
    HELD = "held"
    SEQUENCE = "sequence"


@frozen(kw_only=True)
class Move:
    """A rise to the face or a fall from it.

    ``follow`` has the channels that start ``ms`` later than the rest (or earlier, below 0).
    """

    ms: int
    easing: str = field(default="")
    follow: Mapping[str, int] = field(factory=dict[str, int])


@frozen(kw_only=True)
class Then:
    """The labels that this one turns into, and the usual length of the crossing."""

    labels: tuple[str, ...]
    cross: int


@frozen(kw_only=True)
class Blinking:
    """How the eyes blink meanwhile: every so many ms, how fast, and how long not at all."""

    every: tuple[int, int]
    closing: int
    opening: int
    suppressed: int = field(default=0)


@frozen(kw_only=True)
class Dynamics:
    """Onset, apex and offset. ``apex`` None holds the face as long as it is asked for."""

    kind: Kind
    onset: Move
    offset: Move
    apex: int | None = field(default=None)
    usual: str = field(default="")
    head: Degrees = field(factory=dict[str, float])
    gaze: Degrees = field(factory=dict[str, float])
    then: Then | None = field(default=None)
    blink: Blinking | None = field(default=None)
    sources: tuple[str, ...] = field(default=())


@frozen(kw_only=True)
class Level:
    """A label's face at one of its intensities."""

    label: str
    at: str


@frozen(kw_only=True)
class Key:
    """What the face, head and gaze have come to at ``t``.

    ``face`` is a share of the whole face (in ``style``, or of the archetype ``like``); ``share``
    and ``weight`` are single channels: a share of their own weight, or a weight. A movement begins
    where its channel's last one ended, or ``over`` ms before ``t``. ``at`` are the intensities for
    which the key holds; none means all.
    """

    t: int
    at: tuple[str, ...] = field(default=())
    over: int | None = field(default=None)
    easing: str = field(default="")
    face: float | None = field(default=None)
    style: str = field(default="")
    like: Level | None = field(default=None)
    share: Shares = field(factory=dict[str, float])
    weight: Shares = field(factory=dict[str, float])
    head: Degrees = field(factory=dict[str, float])
    gaze: Degrees = field(factory=dict[str, float])


@frozen(kw_only=True)
class Pulse:
    """Channels that swing between what they are and ``depth`` less of it, ``hz`` times a second.

    The swing loses the share ``decay`` of its depth on the way from ``begin`` to ``end``. ``head``
    swings by degrees instead, about where it is.
    """

    begin: int
    end: int
    hz: float
    depth: float = field(default=0.0)
    decay: float = field(default=0.0)
    channels: tuple[str, ...] = field(default=())
    head: Degrees = field(factory=dict[str, float])
    at: tuple[str, ...] = field(default=())


@frozen(kw_only=True)
class Tremor:
    """Channels that shake by up to ``amount``, at a rate drawn anew each time from ``hz``."""

    begin: int
    end: int
    hz: tuple[float, float]
    amount: float
    channels: tuple[str, ...]
    seed: int = field(default=1)
    at: tuple[str, ...] = field(default=())


@frozen(kw_only=True)
class Loop:
    """The stretch that a held sequence repeats."""

    begin: int
    end: int


@frozen(kw_only=True)
class Sequence:
    """Keys in order of time. ``ends`` is "rest", "held", or the face of another label."""

    description: str
    keys: tuple[Key, ...]
    ends: Level | str
    sources: tuple[str, ...] = field(default=())
    pulses: tuple[Pulse, ...] = field(default=())
    tremors: tuple[Tremor, ...] = field(default=())
    loop: Loop | None = field(default=None)
