"""Sound in, faces out, all at once or as it comes."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32
from mien_trainer.mel import MelStream, log_mel
from mien_trainer.speak.onnx_file import OnnxNetwork, start_state

_PART = 512
"""Frames at a time, so that memory does not grow with the sound."""


class Speaker:
    """A network that wears one expression while it speaks; the expression may change as it goes."""

    def __init__(self, network: OnnxNetwork, conditions: F32) -> None:
        """``conditions`` (D,): labels one-hot, then V, A and D."""
        self._network = network
        self._mel = MelStream()
        self.conditions = conditions
        self._state = start_state(network, conditions)

    def push(self, samples: F32) -> F32:
        """The faces (n, C) that ``samples`` of mono 16 kHz sound complete; n may be 0."""
        return self._faces(self._mel.push(samples))

    def finish(self) -> F32:
        """The last faces (n, C), once no more sound comes."""
        return self._faces(self._mel.finish())

    def speak(self, audio: F32) -> F32:
        """The faces (N, C) of sound that is all there. Nothing can be pushed before or after."""
        return self._faces(log_mel(audio))

    def _faces(self, mel: F32) -> F32:
        faces = np.empty((len(mel), len(self._network.card.channels)), dtype=np.float32)
        for begin in range(0, len(mel), _PART):
            part = mel[begin : begin + _PART]
            faces[begin : begin + _PART], self._state = self._network.run(
                part, self._told(len(part)), self._state
            )
        return faces

    def _told(self, frames: int) -> F32:
        return np.repeat(self.conditions[None], frames, axis=0)
