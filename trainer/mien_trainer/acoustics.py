"""What becomes of sound on its way to a microphone: echoes, bands, a line's steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import F32

F64 = npt.NDArray[np.float64]

_MU = 255.0
_LOUDEST = 127.0


def convolved(sound: F32 | F64, response: F64) -> F64:
    """The sound (n,) in a space with this impulse response, cut at n."""
    size = 1 << int(np.ceil(np.log2(len(sound) + len(response))))
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    heard: F64 = np.fft.irfft(spectrum, size)[: len(sound)]
    return heard


def decaying_noise(times: F64, ring: float, rng: np.random.Generator) -> F64:
    """The late part of a room's echo (Polack 1988): noise that falls by 60 dB in ``ring`` s."""
    found: F64 = rng.standard_normal(len(times)) * 10.0 ** (-3.0 * times / ring)
    return found


def filtered(sound: F64, rate: int, hertz: Sequence[float], gains: Sequence[float]) -> F64:
    """The sound (n,) with gains at frequencies, and in between by straight lines."""
    bins = np.fft.rfftfreq(len(sound), 1.0 / rate)
    heard: F64 = np.fft.irfft(np.fft.rfft(sound) * np.interp(bins, hertz, gains), len(sound))
    return heard


def in_mu_law(sound: F64) -> F64:
    """The sound in the steps of mu-law (ITU-T G.711), the loudest sample at full scale."""
    peak = max(float(np.abs(sound).max(initial=0.0)), 1e-9)
    unit = sound / peak
    told = np.sign(unit) * np.log1p(_MU * np.abs(unit)) / np.log1p(_MU)
    steps = np.rint(told * _LOUDEST) / _LOUDEST
    found: F64 = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU * peak
    return found
