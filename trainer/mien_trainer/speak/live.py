"""Raw samples from a pipe, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from mien_trainer.frames import F32

_BYTES = 2
_MOST = 1 << 14


class Pipe(Protocol):
    """A binary stream that gives what there is, without waiting for more."""

    def read1(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none once it has ended."""
        ...


def samples_of(pipe: Pipe) -> Iterator[F32]:
    """Samples in [-1, 1] of 16-bit little-endian sound, piece by piece; half a one is lost."""
    held = b""
    while data := pipe.read1(_MOST):
        held += data
        whole = len(held) - len(held) % _BYTES
        yield np.frombuffer(held[:whole], dtype="<i2").astype(np.float32) / np.float32(32768.0)
        held = held[whole:]
