"""Whether a sound is of tones, as of a telephone or an instrument, by how narrow and steady it is.

A voice spreads its power over many harmonics and over noise, and both glide. Measured on 572
recordings in 257 voices, and on tones made for it (``tests/test_tones.py``):

| share of the frames within 10 dB, and within 30 dB, of the loudest | voices | tones |
| --- | --- | --- |
| in which two lines have nine tenths of the power | .33, .26 at most | pure: .95, .85 at least |
| whose spectrum is the same 40 ms later | .03, .06 at most | of instruments: .60, .57 at least |

Pieces of voices of one second have .70 and .13 at most, synthesisers' voices .08 and .01. What
glides or is keyed faster, as chirps and modems, and tones in noise are told by neither.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from mien_trainer.frames import F32, SAMPLE_RATE

_WINDOW, _HOP = 1024, 160
_LOWEST = 4
"""The first line of the spectrum that counts, at 62 Hz: below is hum."""

_FLATTENED = np.float32(0.95)
"""Of the sample before, taken away: voices fall by some 6 dB an octave, tones do not."""

_BESIDE, _NARROW = 3, 0.9
"""Lines to both sides that belong to a tone, and the share of the power that two tones have."""

_LATER, _SAME = 4, 0.98
"""Frames after which a spectrum is compared, and the cosine from which on it is the same."""

_LOUDEST, _LOUD = 10.0, 45.0
"""dB below the loudest twentieth."""

_PURE, _STEADY = (0.85, 0.75), (0.5, 0.5)
"""The shares, of the loudest and of the loud frames, from which on a sound is so. The second is for
a voice beside a tone that is 20 dB louder."""


class Tones(Enum):
    """What tones a sound is of: pure ones, nobody's voice; ones that stand, perhaps singing."""

    PURE = "pure"
    STEADY = "steady"


def tones_of(audio: F32) -> Tones | None:
    """What tones mono audio at 16 kHz is of; None of speech, noise, and anything under a second."""
    if len(audio) < SAMPLE_RATE:
        return None
    power = _spectra(audio)
    total = power.sum(axis=1)
    loudest, loud = (_within(total, below) for below in (_LOUDEST, _LOUD))
    narrow, same = _narrow(power, total), _same(power)
    for tones, flags, least in ((Tones.PURE, narrow, _PURE), (Tones.STEADY, same, _STEADY)):
        shares = (_share(flags, loudest), _share(flags, loud))
        if all(share >= bound for share, bound in zip(shares, least, strict=True)):
            return tones
    return None


_Flags = npt.NDArray[np.bool_]


def _spectra(audio: F32) -> F32:
    """Power (N, L) of the lines of a frame every 10 ms."""
    padded = np.pad(audio, (_WINDOW // 2, _WINDOW))
    flat = np.append(padded[:1], padded[1:] - _FLATTENED * padded[:-1])
    windows = sliding_window_view(flat, _WINDOW)[::_HOP]
    shape = np.hanning(_WINDOW).astype(np.float32)
    spectra = np.square(np.abs(np.fft.rfft(windows * shape, axis=1)))
    return spectra[:, _LOWEST:].astype(np.float32)


def _within(total: F32, below: float) -> _Flags:
    """The frames (N,) that are no more than so many dB below the loudest twentieth."""
    return np.asarray(total > np.percentile(total, 95) * 10.0 ** (-below / 10.0))


def _narrow(power: F32, total: F32) -> _Flags:
    """Whether two lines, with those beside them, have nearly all of a frame's power."""
    left = power.copy()
    lines = np.arange(power.shape[1], dtype=np.intp)
    for _ in range(2):
        near = np.abs(lines - left.argmax(axis=1)[:, None]) <= _BESIDE
        left[near] = 0.0
    return np.asarray(left.sum(axis=1) < (1.0 - _NARROW) * total)


def _same(power: F32) -> _Flags:
    """Whether a frame's spectrum is that of one a little later."""
    size = np.sqrt(power)
    early, late = size[:-_LATER], size[_LATER:]
    norms = np.sqrt(power[:-_LATER].sum(axis=1) * power[_LATER:].sum(axis=1))
    cosine = (early * late).sum(axis=1) / np.maximum(norms, 1e-12)
    return np.append(cosine > _SAME, np.zeros(_LATER, dtype=np.bool_))


def _share(flags: _Flags, of: _Flags) -> float:
    return float(flags[of].mean()) if of.any() else 0.0
