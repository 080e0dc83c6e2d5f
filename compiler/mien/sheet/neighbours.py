"""Which other label looks most like a face at the same intensity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from mien.sheet.faces import NamedFace


@frozen(kw_only=True)
class Neighbour:
    """``distance`` is the mean absolute difference over the rig's channels, in [0, 1]."""

    label: str
    distance: float


def distance(one: Mapping[str, float], other: Mapping[str, float], channels: int) -> float:
    """Mean absolute difference of two faces over ``channels`` channels."""
    names = sorted({*one, *other})
    return sum(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in names) / channels


def nearest(face: NamedFace, faces: Iterable[NamedFace], channels: int) -> Neighbour | None:
    """The nearest other label at the intensity of ``face``; None for a style, or where alone."""
    if face.style:
        return None
    others = (
        Neighbour(label=other.label, distance=distance(face.weights, other.weights, channels))
        for other in faces
        if other.name == face.name and not other.style and other.label != face.label
    )
    return min(others, key=lambda neighbour: neighbour.distance, default=None)
