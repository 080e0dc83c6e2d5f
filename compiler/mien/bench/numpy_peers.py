"""The same faces from SciPy and NumPy, as someone who knows both well would compute them.

A radial basis expansion needs the distances from each query to each anchor; SciPy offers two ways:

- `RBFInterpolator` has no Wendland kernel, but with its linear kernel, no polynomial and the
  anchors' own distances as data it solves to the identity and returns distances;
- `scipy.spatial.distance.cdist` returns distances.

Everything after the distances is NumPy in float32, with matrix products and a channel a contiguous
row, in blocks that stay in the cache. A dense pipeline computes every channel, as SciPy would; a
sparse one leaves out the channels and antagonists that a label never uses. `naive_faces` does
without SciPy: the formulas as they stand, which is what one writes first.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bench import BenchError
from mien.engine.tables import F32, I32, LabelTable, Tables

Positions = npt.NDArray[np.intp]
F64 = npt.NDArray[np.float64]
Distances = Callable[[F64], F64]
"""Scaled points (n, 3) to their distances from the anchors (n, K)."""

BLOCK = 2048
"""Queries at a time: the fastest of 512 to 65536 on the machines tried."""


def rbf_distances(centres: F64) -> Distances:
    """Distances by `scipy.interpolate.RBFInterpolator`."""
    scipy = _scipy("scipy.interpolate")
    apart = np.sqrt(np.square(centres[:, None, :] - centres[None, :, :]).sum(axis=2))
    interpolator = scipy.RBFInterpolator(centres, apart, kernel="linear", degree=-1)

    def distances(points: F64) -> F64:
        return np.asarray(interpolator(points), dtype=np.float64)

    return distances


def cdist_distances(centres: F64) -> Distances:
    """Distances by `scipy.spatial.distance.cdist`."""
    spatial = _scipy("scipy.spatial.distance")

    def distances(points: F64) -> F64:
        return np.asarray(spatial.cdist(points, centres), dtype=np.float64)

    return distances


WAYS: dict[str, Callable[[F64], Distances]] = {
    "RBFInterpolator": rbf_distances,
    "cdist": cdist_distances,
}


class Pipeline:
    """The peer: a bank's faces from SciPy distances and NumPy."""

    def __init__(self, tables: Tables, way: str, *, sparse: bool) -> None:
        scale = np.sqrt(tables.metric.astype(np.float64))
        self._channels = len(tables.channels)
        self._scale = scale
        self._labels = [
            _Label.of(
                tables, label, WAYS[way](label.anchors.astype(np.float64) * scale), sparse=sparse
            )
            for label in tables.labels
        ]

    def faces(self, labels: I32, vads: F32) -> F32:
        """Faces (n, C) of labels (n,) at vads (n, 3)."""
        out = np.zeros((len(labels), self._channels), dtype=np.float32)
        order = np.argsort(labels, kind="stable")
        ends = np.searchsorted(labels[order], np.arange(len(self._labels) + 1))
        for position, label in enumerate(self._labels):
            for start in range(ends[position], ends[position + 1], BLOCK):
                rows = order[start : min(start + BLOCK, ends[position + 1])]
                label.write(vads[rows], self._scale, rows, out)
        return out


@frozen(kw_only=True, eq=False)
class _Label:
    """One label's tables, of the channels that take part."""

    distances: Distances
    used: npt.NDArray[np.intp]
    rules: F32
    strength: F32
    weights: F32
    archetypes: F32
    outer: F32
    span: F32
    support: np.float32
    pairs: list[tuple[int, int, np.float32]]
    ceilings: list[tuple[int, int, np.float32]]

    @staticmethod
    def of(tables: Tables, label: LabelTable, distances: Distances, *, sparse: bool) -> _Label:
        used = active_channels(tables, label) if sparse else np.arange(len(tables.channels))
        return _Label(
            distances=distances,
            used=used,
            rules=np.ascontiguousarray(tables.rules[used]),
            strength=label.strength[used][:, None],
            weights=np.ascontiguousarray(label.weights[:, used].T),
            archetypes=np.ascontiguousarray(label.archetypes[:, used].T),
            outer=label.plateau_outer[:, None],
            span=label.plateau_span[:, None],
            support=tables.support[0],
            pairs=between(used, tables.pairs, tables.caps),
            ceilings=between(used, tables.ceilings, tables.slacks),
        )

    def write(self, vads: F32, scale: F64, rows: npt.NDArray[np.intp], out: F32) -> None:
        r = np.ascontiguousarray(self.distances(vads * scale).T, dtype=np.float32)
        out[rows[:, None], self.used] = self.resolved(self.field(vads, r)).T

    def field(self, vads: F32, r: F32) -> F32:
        """(used, n) before conflicts, from vads (n, 3) and distances (K, n)."""
        u = r / self.support
        p = np.maximum(0, 1 - u)
        p *= p
        p *= p
        phi = p * (4 * u + 1)
        V, A, D = np.ascontiguousarray(vads.T)
        one = np.ones_like(V)
        q: F32 = self.rules @ np.stack([one, V, A, D, V * V, A * A, D * D, V * A, V * D, A * D])
        q /= np.sqrt(q * q + 1)
        q += 1
        q *= self.strength * np.float32(0.5)
        q += self.weights @ phi
        np.clip(q, 0, 1, out=q)
        t = np.clip((self.outer - r * r) / self.span, 0, 1)
        blend = t * t * (3 - 2 * t)
        q *= 1 - blend.sum(axis=0)
        q += self.archetypes @ blend
        np.minimum(q, 1, out=q)
        return q

    def resolved(self, x: F32) -> F32:
        """``x`` (used, n) without conflicts."""
        if not self.pairs and not self.ceilings:
            return x
        result = x.copy() if self.pairs else x
        for a, b, cap in self.pairs:
            over = np.maximum(0, np.minimum(x[a], x[b]) - cap)
            np.minimum(result[a], x[a] - over, out=result[a])
            np.minimum(result[b], x[b] - over, out=result[b])
        for channel, under, slack in self.ceilings:
            np.minimum(result[channel], result[under] + slack, out=result[channel])
        return result


def _scipy(module: str) -> Any:  # noqa: ANN401 - SciPy has no types
    try:
        return import_module(module)
    except ImportError as error:
        raise BenchError("the bench compares with SciPy: pip install 'mien[bench]'") from error


def active_channels(tables: Tables, label: LabelTable) -> Positions:
    """The channels (A,) that the label moves anywhere, and those that a ceiling ties them to."""
    seen = label.archetypes.any(axis=0) | label.weights.any(axis=0) | (label.strength != 0)
    np.logical_or.at(seen, tables.ceilings[:, 1], seen[tables.ceilings[:, 0]])
    return np.flatnonzero(seen)


def between(channels: Positions, pairs: I32, limits: F32) -> list[tuple[int, int, np.float32]]:
    """Pairs (P, 2) with their limits (P,) where both are among ``channels``, by rows of these."""
    row = {int(channel): position for position, channel in enumerate(channels)}
    return [
        (row[int(a)], row[int(b)], limit)
        for (a, b), limit in zip(pairs, limits, strict=True)
        if int(a) in row and int(b) in row
    ]


def naive_faces(tables: Tables, labels: I32, vads: F32) -> F32:
    """Faces (n, C) of labels (n,) at vads (n, 3), in float32."""
    out = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
    for position, label in enumerate(tables.labels):
        rows = np.flatnonzero(labels == position)
        if len(rows):
            out[rows] = _naive_resolved(tables, _naive_field(tables, label, vads[rows]))
    return out


def _naive_field(tables: Tables, label: LabelTable, vads: F32) -> F32:
    V, A, D = vads.T
    one = np.ones_like(V)
    terms = np.stack([one, V, A, D, V * V, A * A, D * D, V * A, V * D, A * D], axis=1)
    q = terms @ tables.rules.T
    trend = label.strength * (1 + q / np.sqrt(1 + q * q)) / 2
    away = vads[:, None, :] - label.anchors
    squared = (tables.metric * away * away).sum(axis=2)
    u = np.sqrt(squared) / tables.support
    phi = np.maximum(0, 1 - u) ** 4 * (4 * u + 1)
    g = np.clip(trend + phi @ label.weights, 0, 1)
    t = np.clip((label.plateau_outer - squared) / label.plateau_span, 0, 1)
    blend = t * t * (3 - 2 * t)
    rest = 1 - blend.sum(axis=1, keepdims=True)
    face: F32 = np.minimum(1, blend @ label.archetypes + rest * g)
    return face


def _naive_resolved(tables: Tables, x: F32) -> F32:
    result = x.copy()
    for (a, b), cap in zip(tables.pairs, tables.caps, strict=True):
        over = np.maximum(0, np.minimum(x[:, a], x[:, b]) - cap)
        result[:, a] = np.minimum(result[:, a], x[:, a] - over)
        result[:, b] = np.minimum(result[:, b], x[:, b] - over)
    for (channel, under), slack in zip(tables.ceilings, tables.slacks, strict=True):
        result[:, channel] = np.minimum(result[:, channel], result[:, under] + slack)
    return result
