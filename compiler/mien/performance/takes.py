"""Performances as takes: whole, or block by block for writers that stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.bank import Bank
from mien.formats.take import Take, gathered_take
from mien.performance.clock import FRAME_RATE
from mien.performance.performer import FaceBlock


def take_blocks(bank: Bank, blocks: Iterable[FaceBlock]) -> Iterator[Take]:
    """Each block of a performance with ``bank`` as a take of its own, one row a frame."""
    for block in blocks:
        yield Take(
            rate=FRAME_RATE,
            channels=bank.channels,
            times=np.arange(len(block.weights), dtype=np.float64) / FRAME_RATE,
            weights=block.weights,
            head=block.head,
            eyes=block.eyes,
        )


def take_of(bank: Bank, blocks: Iterable[FaceBlock], source: str = "") -> Take:
    """The take of a whole performance; head and eyes are None where they never move."""
    return gathered_take(FRAME_RATE, bank.channels, take_blocks(bank, blocks), source)
