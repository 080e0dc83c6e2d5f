"""Sound in, faces out: all at once, in a stream of blocks, or live from a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from mien_trainer.frame_windows import Listener
from mien_trainer.frames import F32, frame_sample
from mien_trainer.mel import F64, MelStream, log_mel
from mien_trainer.speak.network import OnnxNetwork, start_state

_PART = 512
"""Frames at a time, so that memory does not grow with the sound."""

_AXES = 3
_BYTES = 2
_READ = 1 << 14


class Speaker(Listener[F32]):
    """A network with one expression while it speaks; the expression may change as it goes."""

    def __init__(self, network: OnnxNetwork, conditions: F32) -> None:
        """``conditions`` (L + 3,): labels one-hot, then V, A and D; ``frames`` came so far."""
        self._network = network
        self._mel = MelStream()
        self.conditions = conditions
        self._state = start_state(network, conditions)
        self.frames = 0

    def push(self, samples: F32) -> F32:
        """The faces (n, C) that ``samples`` of mono 16 kHz sound complete; n may be 0.

        Raises:
            TrainerError: as `OnnxNetwork.run`, with the number of the frame.
        """
        return self.faces_of(self._mel.push(samples))

    def finish(self) -> F32:
        """The last faces (n, C), once no more sound comes."""
        return self.faces_of(self._mel.finish())

    def speak(self, audio: F32) -> F32:
        """The faces (N, C) of sound that is all there. Nothing can be pushed before or after."""
        return self.faces_of(log_mel(audio))

    def faces_of(self, mel: F32, points: F64 | None = None) -> F32:
        """The faces (n, C) of the next log-mel frames (n, M), at ``points`` (n, 3) of VAD if given.

        A network that takes no VAD takes no notice of them.
        """
        points = points if self._network.card.vad else None
        faces = np.empty((len(mel), len(self._network.card.channels)), dtype=np.float32)
        for begin in range(0, len(mel), _PART):
            part = mel[begin : begin + _PART]
            steady = np.repeat(self.conditions[None], len(part), axis=0)
            if points is not None:
                held = np.minimum(1.0, np.maximum(-1.0, points[begin : begin + _PART]))
                steady[:, -_AXES:] = held
            faces[begin : begin + _PART], self._state = self._network.run(
                part, steady, self._state, first=self.frames
            )
            self.frames += len(part)
        return faces


class Pipe(Protocol):
    """A binary stream that gives what there is, without waiting for more."""

    def read1(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none once it has ended."""
        ...


def pipe_samples(pipe: Pipe) -> Iterator[F32]:
    """Samples in [-1, 1] of 16-bit little-endian sound, piece by piece; half a one is lost."""
    rest = b""
    while data := pipe.read1(_READ):
        rest += data
        whole = len(rest) - len(rest) % _BYTES
        yield np.frombuffer(rest[:whole], dtype="<i2").astype(np.float32) / np.float32(32768.0)
        rest = rest[whole:]


def frame_blocks(blocks: Iterable[F32]) -> Iterator[F32]:
    """The samples of ``blocks`` in pieces of a frame at most, so that each can be answered."""
    size = frame_sample(1)
    for block in blocks:
        for begin in range(0, len(block), size):
            yield block[begin : begin + size]
