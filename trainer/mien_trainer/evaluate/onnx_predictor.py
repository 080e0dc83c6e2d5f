"""An exported network as onnxruntime runs it, one sequence after another."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32
from mien_trainer.speak.onnx_file import OnnxNetwork, start_state


class OnnxPredictor:
    """See `Predictor`."""

    def __init__(self, network: OnnxNetwork) -> None:
        self._network = network

    def __call__(self, mel: F32, conditions: F32) -> F32:
        """Weights (B, N, C)."""
        return np.stack([self._one(*pair) for pair in zip(mel, conditions, strict=True)])

    def _one(self, mel: F32, conditions: F32) -> F32:
        faces, _ = self._network.run(mel, conditions, start_state(self._network, conditions[0]))
        return faces
