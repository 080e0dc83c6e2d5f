"""What of a face a bank leaves to the lips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.bank import Bank


def mouth_of(channels: Sequence[str], bank: Bank) -> npt.NDArray[np.bool_]:
    """Which of ``channels`` (C,) a bank leaves to the lips."""
    classes = dict(zip(bank.channels, bank.tables.classes, strict=True))
    return np.array([classes.get(name, "EXPRESSION") != "EXPRESSION" for name in channels])
