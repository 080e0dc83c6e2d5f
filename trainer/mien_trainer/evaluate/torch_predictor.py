"""A network as torch runs it, many sequences at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
import torch

from mien_trainer.frames import F32
from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import to_array, to_tensor

_FRAMES = 1 << 14
"""Frames of a batch, so that memory stays flat."""


class TorchPredictor:
    """See `Predictor`."""

    def __init__(self, model: FaceNet) -> None:
        self._model = model

    def __call__(self, mel: F32, conditions: F32) -> F32:
        """Weights (B, N, C)."""
        batch = max(1, _FRAMES // mel.shape[1])
        with torch.no_grad(), _one_thread():
            parts = [
                self._some(mel[begin : begin + batch], conditions[begin : begin + batch])
                for begin in range(0, len(mel), batch)
            ]
        return np.concatenate(parts)

    def _some(self, mel: F32, conditions: F32) -> F32:
        # Copies, because clips from shards are read-only and torch warns of that.
        return to_array(self._model.whole(to_tensor(mel.copy()), to_tensor(conditions.copy())))


@contextmanager
def _one_thread() -> Generator[None]:
    """More threads wait for each other longer than they work on networks so small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
