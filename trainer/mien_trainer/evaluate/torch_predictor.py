"""A network as torch runs it, many sequences at once."""

from __future__ import annotations

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
        with torch.no_grad():
            parts: list[F32] = [
                to_array(
                    self._model.whole(
                        to_tensor(mel[begin : begin + batch].copy()),
                        to_tensor(conditions[begin : begin + batch].copy()),
                    )
                )
                for begin in range(0, len(mel), batch)
            ]
        return np.concatenate(parts)
