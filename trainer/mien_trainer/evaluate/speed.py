"""How fast a network runs on one core, how late it answers, and how large it is."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_sample
from mien_trainer.mel import LOOK_AHEAD
from mien_trainer.speak.network import OnnxNetwork
from mien_trainer.speak.speaker import Speaker

_SECONDS = 20
_RUNS = 5
_LOUD = 0.05


@frozen(kw_only=True)
class Speed:
    """``real_time``: seconds of speech a second, from sound to faces, in one stream on one core.

    ``latency``: the median time in seconds to answer one frame; ``look_ahead``: the sound in
    seconds after a frame's moment that its face waits for; ``size`` in bytes.
    """

    real_time: float
    latency: float
    look_ahead: float
    size: int


def measure_speed(network: OnnxNetwork) -> Speed:
    """The best of some runs over a file of 20 s, and the median over frames of a stream of it."""
    rng = np.random.default_rng(0)
    audio = (_LOUD * rng.standard_normal(_SECONDS * SAMPLE_RATE)).astype(np.float32)
    conditions = np.zeros(len(network.card.labels) + 3, dtype=np.float32)
    conditions[0] = 1.0
    return Speed(
        real_time=_SECONDS / min(_whole(network, conditions, audio) for _ in range(_RUNS)),
        latency=median(_stream(network, conditions, audio)),
        look_ahead=LOOK_AHEAD / SAMPLE_RATE,
        size=network.size,
    )


def _whole(network: OnnxNetwork, conditions: F32, audio: F32) -> float:
    speaker = Speaker(network, conditions)
    start = perf_counter()
    speaker.speak(audio)
    return perf_counter() - start


def _stream(network: OnnxNetwork, conditions: F32, audio: F32) -> list[float]:
    """The time that each frame of the sound takes, pushed alone."""
    speaker = Speaker(network, conditions)
    times: list[float] = []
    for frame in range(_SECONDS * FRAME_RATE):
        part = audio[frame_sample(frame) : frame_sample(frame + 1)]
        start = perf_counter()
        speaker.push(part)
        times.append(perf_counter() - start)
    return times
