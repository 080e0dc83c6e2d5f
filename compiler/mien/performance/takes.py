"""Performances as takes: whole, or block by block for writers that stream."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mien.bank import Bank
from mien.formats.take import Take
from mien.performance.clock import FRAME_RATE
from mien.performance.performer import FaceBlock


def take_of(bank: Bank, blocks: Iterable[FaceBlock], source: str = "") -> Take:
    """The take of a performance with ``bank``, one row a frame.

    Head and eyes are None where they never move.
    """
    parts = list(blocks)
    weights = np.concatenate([one.weights for one in parts])
    head = np.concatenate([one.head for one in parts])
    eyes = np.concatenate([one.eyes for one in parts])
    return Take(
        rate=FRAME_RATE,
        channels=bank.channels,
        times=np.arange(len(weights), dtype=np.float64) / FRAME_RATE,
        weights=weights,
        head=head if head.any() else None,
        eyes=eyes if eyes.any() else None,
        source=source,
    )
