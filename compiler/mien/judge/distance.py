"""How far readings are apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def euclid(readings: F64) -> F64:
    """Distances (n, n) of readings (n, C)."""
    distances: F64 = np.linalg.norm(readings[:, None] - readings[None], axis=2)
    return distances


def angle(readings: F64) -> F64:
    """Angles (n, n) in degrees of readings (n, C); a reading of nothing is 90 from all."""
    unit = readings / np.maximum(np.linalg.norm(readings, axis=1), 1e-9)[:, None]
    degrees: F64 = np.degrees(np.arccos(np.clip(unit @ unit.T, -1.0, 1.0)))
    return degrees
