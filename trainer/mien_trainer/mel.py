"""Log-mel frames: the network's input, whole or as a stream, with the same bits.

Frame k is made from the 400 samples (25 ms) from ``frame_sample(k) - 80`` on; samples outside the
audio are 0. They end 20 ms after the frame's moment, which is all the look-ahead there is, and so
that most is made of it, their window rises slowly and falls fast: two halves of periodic Hann
windows, of 21 ms and of 4 ms (after Florencio, On the use of asymmetric windows for reducing the
time delay in real-time spectral analysis, ICASSP 1991).

    power_b(k) = |DFT_512(window * samples)|_b ^ 2                     b = 0..256, 31.25 Hz apart
    mel_m(k)   = log(max(FLOOR, sum_b weight_mb * power_b(k)))         m = 0..79

The weights are triangles on the mel scale of Slaney's Auditory Toolbox (1998), linear to 1 kHz and
logarithmic above, each divided by half its base in Hz, so that all have the same area. Everything
is float64 and rounded once. No sum is left to a library that could take another order for another
number of frames.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mien.twins import has_twin
from mien_trainer.frame_windows import FrameWindows
from mien_trainer.frames import F32, SAMPLE_RATE

F64 = npt.NDArray[np.float64]

MELS = 80
"""Bands of a frame."""

WINDOW = 400
"""Samples of a frame."""

LEAD = 80
"""Samples of it before the frame's moment."""

FALL = 64
"""Samples of it in which its window falls."""

LOOK_AHEAD = WINDOW - LEAD
"""Samples of it from the frame's moment on."""

FLOOR = 1e-8
"""The least energy of a band: what white noise of -87 dBFS has. Its logarithm is -18.42."""

SILENCE = math.log(FLOOR)
"""Every band of digital silence."""

LOWEST, HIGHEST = 50.0, 7600.0
"""The outer feet of the first and the last triangle in Hz."""

_FFT = 512
_FEW = 16
"""Frames of which the calls cost more than the sums."""

_KNEE, _LINEAR, _STEP = 1000.0, 200.0 / 3.0, math.log(6.4) / 27.0
_KNEE_MEL = _KNEE / _LINEAR


class MelStream(FrameWindows):
    """The log-mel frames (n, 80) of sound that comes in pieces, of whatever lengths."""

    def __init__(self) -> None:
        super().__init__(mel_of, columns=MELS, width=WINDOW, lead=LEAD)


def log_mel(audio: F32) -> F32:
    """The log-mel frames (N, 80) of mono audio at 16 kHz, N = frame_count(len(audio))."""
    stream = MelStream()
    return np.concatenate((stream.push(audio), stream.finish()))


def mel_of(windows: F32) -> F32:
    """The log-mel frames (n, 80) of windows (n, 400)."""
    parts = np.fft.rfft(windows * _WEIGHTS, _FFT, axis=1).view(np.float64)
    found: F32 = np.log(energies(parts)).astype(np.float32)
    return found


@has_twin("mien_trainer.speak.mel_kernels")
def energies(parts: F64) -> F64:
    """Energies (n, 80), `FLOOR` at least, of real and imaginary parts (n, 2 * 257) in turn."""
    squares = parts.T * parts.T
    power = np.add(squares[0::2], squares[1::2], order="C")
    return np.ascontiguousarray(np.maximum(FLOOR, _bands(power)).T)


def _bands(power: F64) -> F64:
    """Energies (80, n) of powers (257, n), each sum from its lowest bin to its highest."""
    if power.shape[1] <= _FEW:  # the same sums with more zeros, in fewer steps
        shares = power.take(DENSE_BINS, axis=0)
        shares *= DENSE[:, :, None]
        few: F64 = np.add.reduce(shares, axis=0)
        return few
    energy = np.zeros((MELS, power.shape[1]))
    for reach, bins, weights in _TAPS:
        energy[reach:] += weights * power[bins]
    return energy


def _mel(hertz: float) -> float:
    if hertz < _KNEE:
        return hertz / _LINEAR
    return _KNEE_MEL + math.log(hertz / _KNEE) / _STEP


def _hertz(mel: float) -> float:
    if mel < _KNEE_MEL:
        return mel * _LINEAR
    return _KNEE * math.exp((mel - _KNEE_MEL) * _STEP)


def _feet() -> list[float]:
    """Where the triangles begin, peak and end, in Hz: each peaks where the next begins."""
    low, high = _mel(LOWEST), _mel(HIGHEST)
    return [_hertz(low + (high - low) * m / (MELS + 1)) for m in range(MELS + 2)]


def _triangles() -> F64:
    """The weights (80, 257)."""
    feet = _feet()
    bins = np.arange(_FFT // 2 + 1) * (SAMPLE_RATE / _FFT)
    rows = [
        np.interp(bins, feet[m : m + 3], [0.0, 2.0 / (feet[m + 2] - feet[m]), 0.0])
        for m in range(MELS)
    ]
    return np.stack(rows)


def _taps() -> list[tuple[int, npt.NDArray[np.intp], F64]]:
    """The weights by how many bins above a band's lowest they lie.

    Higher bands are wider or as wide, so that tap j is that of all bands from some band on:
    (that band, bins, weights (n, 1)).
    """
    weights = _triangles()
    first = np.argmax(weights > 0.0, axis=1)
    width = np.count_nonzero(weights, axis=1)
    taps: list[tuple[int, npt.NDArray[np.intp], F64]] = []
    for tap in range(int(width.max())):
        reach = int(np.argmax(width > tap))
        bands = np.arange(reach, MELS)
        bins = np.minimum(first[bands] + tap, weights.shape[1] - 1)
        taps.append((reach, bins, weights[bands, bins][:, None]))
    return taps


PEAKS: tuple[float, ...] = tuple(_feet()[1:-1])
"""The frequency of each band in Hz."""

BANDWIDTHS: F64 = 1.0 / _triangles().sum(axis=1)
"""What each band's energy (80,) has to be taken times, so that the sum is that of the sound."""

_WEIGHTS: F64 = 0.5 - 0.5 * np.cos(
    np.pi
    * np.concatenate((np.arange(WINDOW - FALL) / (WINDOW - FALL), np.arange(FALL, 0, -1) / FALL))
)
_TAPS = _taps()
DENSE: F64 = np.zeros((len(_TAPS), MELS))
DENSE_BINS = np.zeros((len(_TAPS), MELS), dtype=np.intp)
for _tap, (_reach, _bins, _shares) in enumerate(_TAPS):
    DENSE[_tap, _reach:], DENSE_BINS[_tap, _reach:] = _shares[:, 0], _bins
