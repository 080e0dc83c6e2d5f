"""Readings compared: which face is nearest to which, and which channels can be read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.authored.rig import Rig

F64 = npt.NDArray[np.float64]


def euclid(readings: F64) -> F64:
    """Distances (n, n) of readings (n, C)."""
    distances: F64 = np.linalg.norm(readings[:, None] - readings[None], axis=2)
    return distances


def angle(readings: F64) -> F64:
    """Angles (n, n) in degrees of readings (n, C); a reading of nothing is 90 from all."""
    unit = readings / np.maximum(np.linalg.norm(readings, axis=1), 1e-9)[:, None]
    degrees: F64 = np.degrees(np.arccos(np.clip(unit @ unit.T, -1.0, 1.0)))
    return degrees


@frozen(kw_only=True)
class Face:
    """One archetype."""

    label: str
    intensity: str

    def __str__(self) -> str:
        return f"{self.label} {self.intensity}"


@frozen(kw_only=True)
class Verdict:
    """The nearest faces to one face, itself left out; distances in the measure's unit."""

    face: Face
    own: Face
    own_distance: float
    other: Face
    other_distance: float

    @property
    def recognised(self) -> bool:
        """Whether the nearest of all others is of its own label."""
        return self.own_distance < self.other_distance

    @property
    def nearest(self) -> Face:
        """The nearest of all others."""
        return self.own if self.recognised else self.other


@frozen(kw_only=True)
class Pair:
    """Two faces of different labels."""

    one: Face
    other: Face
    distance: float


def verdicts(
    faces: Sequence[Face], distances: F64, left_out: frozenset[str] = frozenset()
) -> tuple[Verdict, ...]:
    """One a face, in order, from ``distances`` (n, n).

    Labels in ``left_out`` are compared with and not judged. A face without another of its label, or
    without any of another label, has no verdict.
    """
    return tuple(_verdicts(faces, distances, left_out))


def _verdicts(faces: Sequence[Face], distances: F64, left_out: frozenset[str]) -> Iterator[Verdict]:
    for position, face in enumerate(faces):
        own = [i for i, one in enumerate(faces) if one.label == face.label and i != position]
        others = [i for i, one in enumerate(faces) if one.label != face.label]
        if face.label in left_out or not own or not others:
            continue
        row: list[float] = distances[position].tolist()
        near, far = min(own, key=row.__getitem__), min(others, key=row.__getitem__)
        yield Verdict(
            face=face,
            own=faces[near],
            own_distance=row[near],
            other=faces[far],
            other_distance=row[far],
        )


def leanings(
    faces: Sequence[Face],
    distances: F64,
    intensities: Sequence[str],
    left_out: frozenset[str] = frozenset(),
) -> tuple[Verdict, ...]:
    """Whether each face of the first intensity leans to its label, from ``distances`` (n, n).

    It does where its own label's face of the second intensity is nearer than every other label's
    of the first. Labels in ``left_out`` are compared with and not judged.
    """
    first, second = (*intensities, "", "")[:2]
    found: list[Verdict] = []
    for position, face in enumerate(faces):
        if face.intensity != first or face.label in left_out:
            continue
        row: list[float] = distances[position].tolist()
        own = [
            i for i, one in enumerate(faces) if (one.label, one.intensity) == (face.label, second)
        ]
        others = [
            i for i, one in enumerate(faces) if one.intensity == first and one.label != face.label
        ]
        if own and others:
            near = min(others, key=row.__getitem__)
            found.append(
                Verdict(
                    face=face,
                    own=faces[own[0]],
                    own_distance=row[own[0]],
                    other=faces[near],
                    other_distance=row[near],
                )
            )
    return tuple(found)


def closest_pairs(faces: Sequence[Face], distances: F64, count: int = 12) -> tuple[Pair, ...]:
    """The nearest faces of different labels, nearest first, from ``distances`` (n, n)."""
    pairs = [
        Pair(one=one, other=other, distance=float(distances[i, i + 1 + j]))
        for i, one in enumerate(faces)
        for j, other in enumerate(faces[i + 1 :])
        if one.label != other.label
    ]
    return tuple(sorted(pairs, key=lambda pair: pair.distance)[:count])


def confusion(labels: Sequence[str], found: Sequence[Verdict]) -> tuple[tuple[int, ...], ...]:
    """Counts: a row a label, a column the label of the nearest other face."""
    pairs = [(verdict.face.label, verdict.nearest.label) for verdict in found]
    return tuple(tuple(pairs.count((row, column)) for column in labels) for row in labels)


VISIBLE = 0.1
"""A channel is observable where its full weight raises its own reading by this at least."""

RECOVERED = 0.5
"""Correlation of driven and read weights from which on a channel counts as recovered."""


class Sight(Enum):
    """What became of a channel."""

    RECOVERED = "recovered"
    BLURRED = "blurred"
    HIDDEN = "not observable"
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
            return Sight.HIDDEN
        if self.highest == 0.0:
            return Sight.UNUSED
        return Sight.RECOVERED if self.correlation >= RECOVERED else Sight.BLURRED


def single_channel_face(rig: Rig, channel: str) -> Mapping[str, float]:
    """The channel at 1, with what it cannot be without: its conjugates, and what it stays under."""
    together = [pair.channels for pair in rig.conjugates if channel in pair.channels]
    under = [ceiling.under for ceiling in rig.ceilings if ceiling.channel == channel]
    return dict.fromkeys([channel, *(name for group in together for name in group), *under], 1.0)


def channel_sights(
    channels: tuple[str, ...], alone: F64, driven: F64, read: F64
) -> tuple[ChannelSight, ...]:
    """One a channel.

    ``alone`` (C, C): the reading of each single-channel face, a row each. ``driven`` and
    ``read`` (n, C): the bank's faces and their readings. All readings are changes
    from the face at rest.
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
