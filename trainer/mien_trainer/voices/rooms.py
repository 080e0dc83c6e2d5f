"""Sound as it reaches a microphone elsewhere: noise, a room, a telephone; the same every time.

All take and give mono float32 in [-1, 1] at 16 kHz, as long as it was and at its level of speech.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import soxr

from mien_trainer.acoustics import F64, convolved, decaying_noise, filtered, in_mu_law
from mien_trainer.audio import speech_level
from mien_trainer.frames import F32, SAMPLE_RATE

NOISE_DB = 20.0
"""By how much speech is louder than the white noise."""

REVERBERATION = 0.5
"""Seconds in which a room's echo falls by 60 dB: a living room or an office."""

DIRECT_DB = 0.0
"""By how much what comes straight is stronger than the echo: a speaker about 1.5 m away."""

_BEFORE = 0.004
"""Seconds before the first echo."""

_LINE = 8_000
_BAND = (300.0, 3_400.0)
_PEAK = 0.99

_resample = cast("Callable[[F32, int, int], F32]", soxr.resample)


def noisy(audio: F32) -> F32:
    """With white noise, `NOISE_DB` under the speech."""
    level = speech_level(audio)
    if level == -np.inf:
        return audio
    noise = np.random.default_rng(1).standard_normal(len(audio))
    return _levelled(audio + noise * 10.0 ** ((level - NOISE_DB) / 20.0), audio)


def in_a_room(audio: F32) -> F32:
    """Through a simulated impulse response: noise that decays (Polack 1988) after the direct sound.

    Nothing is early: an echo of `_BEFORE` s and later is all that is added.
    """
    rng = np.random.default_rng(2)
    times = np.arange(int(1.2 * REVERBERATION * SAMPLE_RATE)) / SAMPLE_RATE
    tail = decaying_noise(times, REVERBERATION, rng)
    tail[times < _BEFORE] = 0.0
    tail *= 10.0 ** (-DIRECT_DB / 20.0) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    return _levelled(convolved(audio, tail), audio)


def by_telephone(audio: F32) -> F32:
    """Through a line of 8 kHz and 300 to 3400 Hz, with the steps of mu-law (ITU-T G.711)."""
    line = _resample(audio, SAMPLE_RATE, _LINE).astype(np.float64)
    edges = (_BAND[0] * 0.8, _BAND[0], _BAND[1], _BAND[1] * 1.08)
    heard = in_mu_law(filtered(line, _LINE, edges, (0.0, 1.0, 1.0, 0.0)))
    wide = _resample(heard.astype(np.float32), _LINE, SAMPLE_RATE)
    found = np.zeros(len(audio))
    found[: min(len(wide), len(audio))] = wide[: len(audio)]
    return _levelled(found, audio)


def _levelled(sound: F64, audio: F32) -> F32:
    """At the level of speech of ``audio``, or as near as full scale allows."""
    level, wanted = speech_level(sound.astype(np.float32)), speech_level(audio)
    if level == -np.inf or wanted == -np.inf:
        return sound.astype(np.float32)
    peak = max(float(np.abs(sound).max(initial=0.0)), 1e-9)
    gain = min(10.0 ** ((wanted - level) / 20.0), _PEAK / peak)
    found: F32 = (sound * gain).astype(np.float32)
    return found


def as_it_is(audio: F32) -> F32:
    """The sound itself."""
    return audio


ROOMS: Mapping[str, Callable[[F32], F32]] = {
    "clean": as_it_is,
    "noise": noisy,
    "room": in_a_room,
    "telephone": by_telephone,
}
"""How the sound is heard, by the names that tables show."""
