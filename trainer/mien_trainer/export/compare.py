"""How far an exported network is from the one it was made from."""

from __future__ import annotations

import numpy as np
import torch

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import to_array, to_tensor
from mien_trainer.speak.onnx_file import OnnxNetwork, start_state

_SECONDS = 4
_SYLLABLES = 4.0
"""How often the noise rises and falls in a second, as speech does."""

_LOUD = 0.1


def difference(model: FaceNet, network: OnnxNetwork, seed: int = 0) -> float:
    """The greatest difference of a weight, frame by frame, over noise that is loud as speech is.

    Labels change and VAD moves on the way. The exported network is run a frame at a time and in
    one piece; NaN where it gives something that is no number.
    """
    rng = np.random.default_rng(seed)
    mel = log_mel(_syllables(rng))
    conditions = _wandering(len(mel), len(network.card.labels), rng)
    wanted = _by_torch(model, mel, conditions)
    start = start_state(network, conditions[0])
    whole, _ = network.run(mel, conditions, start)
    single, state = np.empty_like(whole), start
    for at in range(len(mel)):
        part = slice(at, at + 1)
        single[part], state = network.run(mel[part], conditions[part], state)
    return float(max(np.abs(single - wanted).max(), np.abs(whole - wanted).max()))


def _by_torch(model: FaceNet, mel: F32, conditions: F32) -> F32:
    sound, told = to_tensor(mel)[None], to_tensor(conditions)[None]
    faces: list[torch.Tensor] = []
    with torch.no_grad():
        state = model.start(told[:, 0])
        for at in range(len(mel)):
            face, state = model.step(sound[:, at], told[:, at], state)
            faces.append(face)
    return to_array(torch.cat(faces))


def _syllables(rng: np.random.Generator) -> F32:
    times = np.arange(_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    loudness = _LOUD * np.sin(np.pi * _SYLLABLES * times) ** 4
    return (loudness * rng.standard_normal(len(times))).astype(np.float32)


def _wandering(frames: int, labels: int, rng: np.random.Generator) -> F32:
    """Conditions (N, D): a new label every quarter of a second, VAD along lines between points."""
    rows = np.zeros((frames, labels + 3), dtype=np.float32)
    every = FRAME_RATE // 4
    worn = np.repeat(rng.integers(0, labels, size=frames // every + 1), every)[:frames]
    rows[np.arange(frames), worn] = 1.0
    points = rng.uniform(-1.0, 1.0, size=(frames // every + 2, 3))
    for axis in range(3):
        rows[:, labels + axis] = np.interp(
            np.arange(frames) / every, np.arange(len(points)), points[:, axis]
        )
    return rows
