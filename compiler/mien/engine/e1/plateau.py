"""Radii around the intensity anchors within which an archetype holds exactly."""

from __future__ import annotations

import numpy as np

from mien.engine.e1.basis import squared_distances
from mien.engine.e1.rounding import F64, double, single
from mien.engine.tables import F32

ROUNDING = 1.0 + 2.0**-20
"""More than the relative error of a float32 metric distance: three roundings a term, two sums."""


def plateau_radii(anchors: F32, metric: F32, *, reach: float, flat: float) -> tuple[F32, F32]:
    """Squared outer radii (K,) and the squares' differences to the inner radii (K,).

    The outer radius is ``reach`` times half the distance to the nearest other anchor, the inner one
    ``flat`` times that. The span is the float32 difference of the rounded squares, so that
    (outer - r2) / span is at least 1 for every float32 r2 up to the rounded inner square.
    """
    distance = anchor_distances(anchors, metric)
    distance[np.diag_indices(len(distance))] = np.inf
    nearest = np.array([min(row) for row in distance.tolist()])
    radius = reach * (nearest * 0.5)
    inner = flat * radius
    outer = single(radius * radius)
    span = single(double(outer) - double(single(inner * inner)))
    return outer, span


def overlap(anchors: F32, metric: F32, outer: F32, span: F32) -> tuple[int, int] | None:
    """Two anchors whose plateaus could touch under float32 rounding, or have no width, if any."""
    distance = anchor_distances(anchors, metric)
    radius = np.sqrt(double(outer)) * ROUNDING
    for i in range(len(radius)):
        for j in range(i):
            if not (radius[i] + radius[j] < distance[i, j] and span[i] > 0.0 and span[j] > 0.0):
                return j, i
    return None


def anchor_distances(anchors: F32, metric: F32) -> F64:
    """(K, K) metric distances between the anchors, in float64."""
    points = double(anchors)
    return np.sqrt(squared_distances(points, points, double(metric)))
