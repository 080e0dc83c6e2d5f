"""Weights to smooth curves: displacements added up, eyelids and lips kept from crossing.

At a smooth knot the tangent is parallel to the line between its neighbours, and each handle is a
fixed part (the roundness) of the chord it lies on. At a sharp knot, and at the ends of an open
curve, the handle points to the handle across. Only + - * / and sqrt: the same bits in JavaScript.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from attrs import frozen

from mien.drawing.face import FlatFace, FlatLayer

Knot = tuple[float, float]


@frozen(kw_only=True)
class Curve:
    """``segments`` are (handle out, handle in, end) after ``start``."""

    start: Knot
    segments: tuple[tuple[Knot, Knot, Knot], ...]
    closed: bool


def through(
    knots: Sequence[Knot], sharp: Sequence[bool], *, closed: bool, roundness: float
) -> Curve:
    """The smooth curve through at least two ``knots``."""
    count = len(knots)
    tangents = [
        None
        if sharp[position] or not (closed or 0 < position < count - 1)
        else _unit(knots[position - 1], knots[(position + 1) % count])
        for position in range(count)
    ]
    segments = tuple(
        _segment(
            knots[position],
            knots[(position + 1) % count],
            tangents[position],
            tangents[(position + 1) % count],
            roundness,
        )
        for position in range(count if closed else count - 1)
    )
    return Curve(start=knots[0], segments=segments, closed=closed)


def _segment(
    start: Knot, end: Knot, leaving: Knot | None, arriving: Knot | None, roundness: float
) -> tuple[Knot, Knot, Knot]:
    reach = roundness * _distance(start, end)
    towards = roundness / (1.0 - roundness)
    out = (
        None if leaving is None else (start[0] + reach * leaving[0], start[1] + reach * leaving[1])
    )
    into = (
        None if arriving is None else (end[0] - reach * arriving[0], end[1] - reach * arriving[1])
    )
    if out is None:
        out = _part(start, end, roundness) if into is None else _part(start, into, towards)
    if into is None:
        into = _part(end, start, roundness) if leaving is None else _part(end, out, towards)
    return out, into, end


def _part(start: Knot, end: Knot, part: float) -> Knot:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _distance(start: Knot, end: Knot) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    return math.sqrt(dx * dx + dy * dy)


def _unit(start: Knot, end: Knot) -> Knot:
    length = _distance(start, end)
    if length == 0.0:
        return 0.0, 0.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


@frozen(kw_only=True)
class PosedLayer:
    """A shape ready to paint: its curve in view units, and its opacity in [0, 1]."""

    layer: FlatLayer
    curve: Curve
    opacity: float


def pose(face: FlatFace, weights: Mapping[str, float]) -> list[PosedLayer]:
    """Every layer of ``face`` at ``weights``, in drawing order.

    Args:
        face: the flat face.
        weights: channel name to weight, in [0, 1]; absent channels are at rest.

    Raises:
        ValueError: the face has no channel of some name.
    """
    xs, ys, opacities = _displaced(face, weights)
    for upper, lower in face.stops:
        ys[upper] = min(ys[upper], ys[lower])
    return [
        PosedLayer(
            layer=layer,
            curve=through(
                [(xs[knot] + layer.shift[0], ys[knot] + layer.shift[1]) for knot in layer.knots],
                [face.sharp[knot] for knot in layer.knots],
                closed=layer.closed,
                roundness=layer.roundness,
            ),
            opacity=min(1.0, max(0.0, opacity)),
        )
        for layer, opacity in zip(face.layers, opacities, strict=True)
    ]


def _displaced(
    face: FlatFace, weights: Mapping[str, float]
) -> tuple[list[float], list[float], list[float]]:
    unknown = sorted(set(weights) - set(face.channels))
    if unknown:
        raise ValueError(f"the face {face.id!r} has no channel {', '.join(unknown)}")
    xs, ys = list(face.xs), list(face.ys)
    opacities = [layer.opacity for layer in face.layers]
    for movement in face.movements:
        weight = 1.0
        for channel in movement.channels:
            weight *= weights.get(channel, 0.0)
        if weight == 0.0:
            continue
        for point, dx, dy in movement.moves:
            xs[point] += weight * dx
            ys[point] += weight * dy
        for layer, change in movement.show:
            opacities[layer] += weight * change
    return xs, ys, opacities
