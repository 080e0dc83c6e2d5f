"""Sound without its constant offset, as it comes: networks hear a file and a pipe alike.

The offset is the running mean of what came before, so that nothing waits for it but the beginning:
`FIRST` samples, without which no face is given anyway (`mien_trainer.mel.LOOK_AHEAD`). Everything
is float64 in one written order: the same samples give the same bits in any blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.twins import has_twin
from mien_trainer.frames import F32
from mien_trainer.mel import F64, LOOK_AHEAD

FIRST = LOOK_AHEAD
"""Samples whose own mean is taken from them (20 ms)."""

BLOCK = 160
"""Samples after which the mean is known anew (10 ms); within them the offset runs straight."""

FORGOTTEN = 100
"""Blocks over which it is forgotten (1 s)."""

_PART = 1 << 16
"""Samples at a time, so that memory does not grow with the sound."""

_RAMP: F64 = np.arange(1, BLOCK + 1) / BLOCK


class WithoutOffset:
    """Takes the offset from sound that comes in pieces; memory stays flat."""

    def __init__(self) -> None:
        self._begun = False
        self._held: F32 = np.zeros(0, dtype=np.float32)
        """Until it has begun, what came; then what came of the block under way."""
        self._offset = self._mean = 0.0
        """Where the offset is at the beginning of the block under way, and where it goes."""
        self._blocks = FIRST // BLOCK

    def push(self, samples: F32) -> F32:
        """The samples, mono at 16 kHz; none before `FIRST` are there."""
        if self._begun:
            return self._go_on(samples)
        self._held = np.concatenate((self._held, samples), dtype=np.float32)
        return self._begin() if len(self._held) >= FIRST else self._held[:0]

    def finish(self) -> F32:
        """What is held back once no more sound comes."""
        return self._held[:0] if self._begun else self._begin()

    def _begin(self) -> F32:
        came, self._held = self._held, self._held[:0]
        self._begun = True
        first = came[:FIRST].astype(np.float64)
        self._offset = self._mean = float(first.sum()) / max(1, len(first))
        begun = (first - self._mean).astype(np.float32)
        return np.concatenate((begun, self._go_on(came[FIRST:])))

    def _go_on(self, samples: F32) -> F32:
        known = np.concatenate((self._held, samples), dtype=np.float32)
        state = self._offset, self._mean, self._blocks
        found, self._offset, self._mean, self._blocks = freed(known, len(self._held), *state)
        self._held = known[len(known) - len(known) % BLOCK :]
        return found


@has_twin("mien_trainer.speak.offset_kernels")
def freed(
    known: F32, held: int, offset: float, mean: float, blocks: int
) -> tuple[F32, float, float, int]:
    """The samples ``known`` (n,) from ``held`` on without their offset, and its new state.

    They begin with a block, over which it runs from ``offset`` to ``mean``; it is the mean of
    ``blocks``.
    """
    count = len(known) // BLOCK
    samples = known.astype(np.float64)
    ways = [(offset, mean)]
    for whole in samples[: count * BLOCK].reshape(count, BLOCK).sum(axis=1).tolist():
        offset = mean
        blocks = min(blocks + 1, FORGOTTEN)
        mean += (whole / BLOCK - mean) / blocks
        ways.append((offset, mean))
    begin, end = np.array(ways).T[:, :, None]
    way = (begin + (end - begin) * _RAMP).reshape(-1)
    found: F32 = (samples[held:] - way[held : len(samples)]).astype(np.float32)
    return found, offset, mean, blocks


def without_offset(sound: Iterable[F32]) -> Iterator[F32]:
    """Each block of ``sound`` without its offset, then what was held back."""
    offset = WithoutOffset()
    for block in sound:
        for begin in range(0, max(1, len(block)), _PART):
            yield offset.push(block[begin : begin + _PART])
    yield offset.finish()
