"""Which channels can be read back at all, and which are read back from the bank's faces."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.authored.rig import Rig

F64 = npt.NDArray[np.float64]

VISIBLE = 0.1
"""A channel is observable where its full weight raises its own reading by this at least."""

RECOVERED = 0.5
"""Correlation of driven and read weights from which on a channel counts as recovered."""


class Sight(Enum):
    """What became of a channel."""

    RECOVERED = "recovered"
    BLURRED = "blurred"
    UNSEEN = "not observable"
    UNUSED = "not used"


@frozen(kw_only=True)
class ChannelSight:
    """How a channel is read back.

    ``alone`` is how much its own reading rises when it alone is driven to 1; ``highest`` the
    greatest weight that the bank gives it; ``correlation`` and ``slope`` are of read against driven
    weights over the bank's faces, 0 where either never changes.
    """

    channel: str
    alone: float
    highest: float
    correlation: float
    slope: float

    @property
    def sight(self) -> Sight:
        """In a word. Some channels show only in company: the slope counts as well as the rise."""
        if max(self.alone, self.slope) < VISIBLE:
            return Sight.UNSEEN
        if self.highest == 0.0:
            return Sight.UNUSED
        return Sight.RECOVERED if self.correlation >= RECOVERED else Sight.BLURRED


def lone_face(rig: Rig, channel: str) -> Mapping[str, float]:
    """The channel at 1, with what it cannot be without: its conjugates, and what it stays under."""
    together = [pair.channels for pair in rig.conjugates if channel in pair.channels]
    under = [ceiling.under for ceiling in rig.ceilings if ceiling.channel == channel]
    return dict.fromkeys([channel, *(name for group in together for name in group), *under], 1.0)


def channel_sights(
    channels: tuple[str, ...], alone: F64, driven: F64, read: F64
) -> tuple[ChannelSight, ...]:
    """One a channel.

    ``alone`` (C, C): the reading of each lone face, a row each. ``driven`` and ``read`` (n, C): the
    bank's faces and their readings. All readings are changes from the face at rest.
    """
    return tuple(
        ChannelSight(
            channel=channel,
            alone=float(alone[k, k]),
            highest=float(driven[:, k].max(initial=0.0)),
            correlation=_correlation(driven[:, k], read[:, k]),
            slope=_slope(driven[:, k], read[:, k]),
        )
        for k, channel in enumerate(channels)
    )


def _correlation(driven: F64, read: F64) -> float:
    x, y = driven - driven.mean(), read - read.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread > 1e-9 else 0.0


def _slope(driven: F64, read: F64) -> float:
    size = float(driven @ driven)
    return float(driven @ read) / size if size > 0.0 else 0.0
