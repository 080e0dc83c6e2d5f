"""The functions of a VAD point that a label's weights are solved over, in float64.

The order of the operations is that of the float32 evaluation.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.rounding import F64


def squared_distances(points: F64, centres: F64, metric: F64) -> F64:
    """(P, K) squared metric distances from points (P, 3) to centres (K, 3)."""
    away = points[:, None, :] - centres[None, :, :]
    parts = (metric * away) * away
    squared: F64 = (parts[:, :, 0] + parts[:, :, 1]) + parts[:, :, 2]
    return squared


def wendland(squared: F64, support: F64) -> F64:
    """Wendland's C2 function (Wendland 1995) of the distance r: (1 - u)^4 (4u + 1), u = r/rho.

    Positive definite in up to three dimensions, 0 from u = 1 on.
    """
    u = np.sqrt(squared) / support
    p = np.maximum(0.0, 1.0 - u)
    p2 = p * p
    phi: F64 = (p2 * p2) * (4.0 * u + 1.0)
    return phi


def trend(points: F64, rules: F64) -> F64:
    """(P, C) sigmoid of each channel's quadratic, at points (P, 3), rules (C, 10)."""
    v, a, d = (points[:, axis, None] for axis in range(3))
    terms = (v, a, d, v * v, a * a, d * d, v * a, v * d, a * d)
    q = rules[None, :, 0]
    for position, term in enumerate(terms, 1):
        q = q + rules[None, :, position] * term
    return (1.0 + q / np.sqrt(1.0 + q * q)) * 0.5
