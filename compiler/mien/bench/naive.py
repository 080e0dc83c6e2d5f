"""The formulas as they stand, vectorised over all queries of a label: what one writes first."""

from __future__ import annotations

import numpy as np

from mien.engine.tables import F32, I32, LabelTable, Tables


def naive_faces(tables: Tables, labels: I32, vads: F32) -> F32:
    """Faces (n, C) of labels (n,) at vads (n, 3), in float32."""
    out = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
    for position, label in enumerate(tables.labels):
        rows = np.flatnonzero(labels == position)
        if len(rows):
            out[rows] = _resolved(tables, _field(tables, label, vads[rows]))
    return out


def _field(tables: Tables, label: LabelTable, vads: F32) -> F32:
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


def _resolved(tables: Tables, x: F32) -> F32:
    result = x.copy()
    for (a, b), cap in zip(tables.pairs, tables.caps, strict=True):
        over = np.maximum(0, np.minimum(x[:, a], x[:, b]) - cap)
        result[:, a] = np.minimum(result[:, a], x[:, a] - over)
        result[:, b] = np.minimum(result[:, b], x[:, b] - over)
    for (channel, under), slack in zip(tables.ceilings, tables.slacks, strict=True):
        result[:, channel] = np.minimum(result[:, channel], result[:, under] + slack)
    return result
