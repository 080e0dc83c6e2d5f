"""The same faces from SciPy and NumPy, as someone who knows both well would compute them.

A radial basis expansion needs the distances from each query to each anchor; SciPy offers two ways:

- `RBFInterpolator` has no Wendland kernel, but with its linear kernel, no polynomial and the
  anchors' own distances as data it solves to the identity and returns distances;
- `scipy.spatial.distance.cdist` returns distances.

Everything after the distances is NumPy in float32, with matrix products and a channel a contiguous
row, in blocks that stay in the cache. A dense pipeline computes every channel, as SciPy would; a
sparse one leaves out the channels and antagonists that a label never uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bench.active import active_channels, between
from mien.bench.fault import BenchError
from mien.engine.tables import F32, I32, LabelTable, Tables

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
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise BenchError("the bench compares with SciPy: pip install 'mien[bench]'") from error
