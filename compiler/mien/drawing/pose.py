"""Weights to a posed face: displacements added up, eyelids and lips kept from crossing."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mien.drawing.curve import Curve, through
from mien.drawing.flat import FlatFace, FlatLayer


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
