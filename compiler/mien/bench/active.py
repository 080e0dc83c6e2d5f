"""What of a label's tables takes part: a pipeline that leaves the rest out computes the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.engine.tables import F32, I32, LabelTable, Tables

Positions = npt.NDArray[np.intp]


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
