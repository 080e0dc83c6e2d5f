"""What lives in a clip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.performance.life import LifeBlock


def moving(life: LifeBlock) -> npt.NDArray[np.bool_]:
    """The frames (n,) in which lids, eyes or brows move; the head is no part of a face."""
    moves: npt.NDArray[np.bool_] = (life.lids > 0) | life.eyes.any(axis=1) | (life.brows > 0)
    return moves
