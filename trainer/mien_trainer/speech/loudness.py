"""One loudness for all voices, so that no network can tell them apart by it."""

from __future__ import annotations

import numpy as np

from mien_trainer.frames import F32, SAMPLE_RATE

LEVEL = -23.0
"""The level of speech in dB below full scale (RMS), near that of broadcasts (EBU R 128)."""

_PEAK = -1.0
"""No sample goes above this, in dB; a voice with higher peaks is left that much softer."""

_FRAME = SAMPLE_RATE // 50
"""The level is measured on frames of 20 ms."""

_PAUSE = 30.0
"""Frames this many dB under the loudest are pauses and closures, and do not count."""


def speech_level(audio: F32) -> float:
    """The RMS level of the speech in mono audio at 16 kHz, in dB of full scale; silence is -inf."""
    frames = np.pad(audio.astype(np.float64), (0, -len(audio) % _FRAME)).reshape(-1, _FRAME)
    power = np.square(frames).mean(axis=1)
    loudest = power.max(initial=0.0)
    if loudest == 0.0:
        return -np.inf
    return float(10.0 * np.log10(power[power >= loudest * 10.0 ** (-_PAUSE / 10.0)].mean()))


def levelled(audio: F32) -> F32:
    """The audio at the common level; silence stays silence.

    The gain is rounded to 0.01 dB, so that the last bits of a sum do not show in the samples.
    """
    level = speech_level(audio)
    if level == -np.inf:
        return audio
    peak = 20.0 * np.log10(float(np.abs(audio).max()))
    gain = round(min(LEVEL - level, _PEAK - peak), 2)
    return audio * np.float32(10.0 ** (gain / 20.0))
