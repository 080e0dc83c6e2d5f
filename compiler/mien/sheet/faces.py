"""Every face of a bank that has a name of its own, and how such faces differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Vad
from mien.authored.rig import Rig
from mien.engine.registry import ENGINES, Evaluator, get_engine


@frozen(kw_only=True)
class NamedFace:
    """``name`` is an intensity, or a style where ``style`` is true."""

    label: str
    name: str
    style: bool
    vad: Vad
    weights: Mapping[str, float]


def named_faces(bank: AuthoredBank) -> tuple[NamedFace, ...]:
    """Labels in the bank's order; in each its intensities, then its styles, as compiled.

    Raises:
        SourceError: the bank cannot be compiled.
    """
    engine = get_engine(max(ENGINES))
    evaluator = engine.evaluator(engine.compile_tables(bank))
    return tuple(faces_by(evaluator, bank))


def faces_by(evaluator: Evaluator, bank: AuthoredBank) -> Iterator[NamedFace]:
    """The same, from tables that are made ready already."""
    for position, emotion in enumerate(bank.emotions):
        for intensity in bank.manifest.intensities:
            yield NamedFace(
                label=emotion.label,
                name=intensity,
                style=False,
                vad=emotion.anchors[intensity].vad,
                weights=emotion.archetypes[intensity],
            )
        for number, (name, style) in enumerate(emotion.styles.items()):
            face = evaluator.face(position, style.anchor.vad, number, 0.0)
            weights = zip(bank.rig.names, face.tolist(), strict=True)
            yield NamedFace(
                label=emotion.label,
                name=name,
                style=True,
                vad=style.anchor.vad,
                weights={channel: weight for channel, weight in weights if weight > 0.0},
            )


@frozen(kw_only=True)
class NearestLabel:
    """``distance`` is the mean absolute difference over the rig's channels, in [0, 1]."""

    label: str
    distance: float


def mean_difference(one: Mapping[str, float], other: Mapping[str, float], channels: int) -> float:
    """Mean absolute difference of two faces over ``channels`` channels."""
    names = sorted({*one, *other})
    return sum(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in names) / channels


def nearest_label(
    face: NamedFace, faces: Iterable[NamedFace], channels: int
) -> NearestLabel | None:
    """The nearest other label at the intensity of ``face``; None for a style, or where alone."""
    if face.style:
        return None
    others = (
        NearestLabel(
            label=other.label, distance=mean_difference(face.weights, other.weights, channels)
        )
        for other in faces
        if other.name == face.name and not other.style and other.label != face.label
    )
    return min(others, key=lambda other: other.distance, default=None)


_SHOWN = 0.005
"""Weights and changes below this are not worth a word."""

_EVEN = 0.05
"""Sides that differ by no more than this are one movement."""


def largest_movements(
    rig: Rig, weights: Mapping[str, float], count: int = 4
) -> list[tuple[str, float]]:
    """The ``count`` movements of largest weight or change, largest first.

    The sides of a movement count as one, their mean under the rig's shorthand, where they differ
    little: real faces are never quite even.
    """
    folded = dict(_folded(rig, weights))
    ranked = sorted(folded.items(), key=lambda item: -abs(item[1]))
    return [(name, weight) for name, weight in ranked if abs(weight) >= _SHOWN][:count]


def _folded(rig: Rig, weights: Mapping[str, float]) -> Mapping[str, float]:
    left = {name: weights.get(name, 0.0) for name in rig.names}
    folded: dict[str, float] = {}
    for shorthand, members in rig.shorthands.items():
        values = [left.get(member, 0.0) for member in members]
        if max(values) - min(values) <= _EVEN and all(values):
            folded[shorthand] = sum(values) / len(values)
            for member in members:
                left[member] = 0.0
    return {**folded, **left}
