"""The conditions of the network: a bank's labels one-hot in its order, then V, A and D."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import F32


def condition_rows(label: int, labels: int, vads: npt.ArrayLike) -> F32:
    """Conditions (N, ``labels`` + 3) of the label at position ``label`` along VAD points (N, 3)."""
    points = np.asarray(vads, dtype=np.float32)
    rows = np.zeros((len(points), labels + 3), dtype=np.float32)
    rows[:, label] = 1.0
    rows[:, labels:] = points
    return rows
