"""Which other face each face is nearest to: of its own label, or of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

F64 = npt.NDArray[np.float64]


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
    def told(self) -> bool:
        """Whether the nearest of all others is of its own label."""
        return self.own_distance < self.other_distance

    @property
    def nearest(self) -> Face:
        """The nearest of all others."""
        return self.own if self.told else self.other


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
    seen = [(verdict.face.label, verdict.nearest.label) for verdict in found]
    return tuple(tuple(seen.count((row, column)) for column in labels) for row in labels)
