"""How a voice speaks beside what it says: what stands out from its own running level.

Loudness and pitch are heard in windows of 40 ms about each frame, so that a frame needs the 20 ms
after its moment that the networks need too. Both are measured against the speaker's own running
mean and spread, and so neither a microphone's gain nor who speaks matters. On the way to a face
everything is + - * / and `sqrt` of float64 in one written order, with the repository's own
logarithm: the same samples give the same bits on every machine, in any blocks.

Dimension letters: n frames, W samples of a window, T taps, L lags.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.exact import exact_log
from mien.twins import has_twin
from mien_trainer.audio import stream_audio
from mien_trainer.frame_windows import FrameWindows
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.mel import F64, LOOK_AHEAD

COLUMNS = 2
"""Stress and arousal, as `mien.performance.prosody` has them."""

WINDOW = 2 * LOOK_AHEAD
"""Samples of a window."""

_FOLD = 8
"""Samples that are folded into one for pitch; loudness is that below 2 kHz, of half as many."""

RATE = SAMPLE_RATE / _FOLD
FLAT = 0.9
"""How much of the sample before is taken away, so that hum and offsets do not count."""

LAGS = np.arange(5, 28)
"""Periods of 400 to 74 Hz."""

HEARD = WINDOW // _FOLD - 2 - int(LAGS[-1])
"""Taps that are compared with those a lag later."""

_SHIFTED = np.arange(HEARD)[:, None] + np.concatenate(([0], LAGS))
"""Which of the taps each of them is compared with: itself, then those later."""

FIRST_PEAK = 0.8
"""A period is the shortest that fits as well as this share of the one that fits best."""

LEAST = 1e-12
"""The power of nothing."""


@frozen(kw_only=True, eq=False)
class Sounding:
    """What is heard in n frames: log power, brightness, log pitch, and how sure the pitch is.

    ``level`` (n,) is the logarithm of the power below 2 kHz; ``bright`` (n,) that of the share of
    power that is high; ``pitch`` (n,) the logarithm of a frequency in Hz, ``sure`` (n,) in [0, 1]
    how well the window repeats itself after that period.
    """

    level: F64
    bright: F64
    pitch: F64
    sure: F64


def sounding(windows: F32) -> Sounding:
    """What is heard in windows (n, W)."""
    level, bright, pitch, sure = heard_in(windows)
    return Sounding(level=level, bright=bright, pitch=pitch, sure=sure)


@has_twin("mien_trainer.speak.sounding_kernels")
def heard_in(windows: F32) -> F64:
    """The rows (4, n) of what is heard in windows (n, W)."""
    samples: F64 = np.array(windows.T, dtype=np.float64, order="C")
    pairs = samples[0::2] + samples[1::2]
    folded = pairs[0::2] + pairs[1::2]
    folded *= 0.25
    taps = _flat(folded)
    # Zeros after the last tap change no bit of a sum of squares by halves.
    squares = np.zeros((len(samples), 3, samples.shape[1]))
    np.subtract(samples[1:], samples[:-1], out=squares[:-1, 0])
    squares[:, 1] = samples
    squares[: len(taps), 2] = taps
    squares *= squares
    steps, energy, power = total(squares)
    share = (steps + LEAST) / (energy + LEAST)
    hertz, sure = _pitch(_flat(_halved(folded)))
    logarithms = exact_log(np.array((power / len(taps) + LEAST, share, hertz)))
    return np.concatenate((logarithms, sure[None]))


def _flat(samples: F64) -> F64:
    taps: F64 = samples[1:] - FLAT * samples[:-1]
    return taps


def _halved(samples: F64) -> F64:
    """Every other sample, with half of either neighbour, so that what is high does not fold in."""
    halved: F64 = ((samples[0:-2:2] + samples[2::2]) + 2.0 * samples[1:-1:2]) * 0.25
    return halved


def total(values: F64) -> F64:
    """The sums (...) of the first axis of (T, ...), by halves: one order on every machine.

    They are taken in place: ``values`` are lost.
    """
    width = len(values)
    half = 1 << (width - 1).bit_length() >> 1
    while half:
        low = values[: width - half]
        np.add(low, values[half:width], out=low)
        width, half = half, half >> 1
    found: F64 = values[0]
    return found


def _pitch(taps: F64) -> tuple[F64, F64]:
    """The frequency in Hz (n,) after whose period taps (T, n) repeat best, and how well."""
    both = np.empty((len(taps), 2, taps.shape[1]))
    both[:, 0] = taps
    np.multiply(taps, taps, out=both[:, 1])
    later = both.take(_SHIFTED, axis=0)
    later[:, :, 0] *= taps[:HEARD, None]
    sums = total(later)
    energy = sums[0, 1] * sums[1:, 1]
    around = np.empty((len(LAGS) + 2, taps.shape[1]))
    around[0] = around[-1] = -2.0
    alike = np.divide(sums[1:, 0], np.sqrt(energy + LEAST * LEAST), out=around[1:-1])
    # The peak of a parabola through three lags: a period is seldom a whole number of taps.
    steps = around[1:] - around[:-1]
    bend = steps[1:] - steps[:-1]
    no_peak = ~((steps[:-1] >= 0.0) & (steps[1:] <= 0.0) & (bend < 0.0))
    bend[no_peak] = -1.0
    slope = around[:-2] - around[2:]
    slope[0] = slope[-1] = 0.0  # there is nothing beyond
    shift = 0.5 * slope / bend
    height = alike - 0.25 * slope * shift
    height[no_peak] = -2.0
    first = height >= FIRST_PEAK * height.max(axis=0)
    at = first.argmax(axis=0)
    rows: npt.NDArray[np.intp] = np.arange(len(at))
    period = LAGS[at] + shift[at, rows]
    return RATE / period, np.minimum(1.0, np.maximum(0.0, height[at, rows]))


class _Running:
    """A mean and a spread that follow what is told, quickly at first."""

    def __init__(self, frames: int, least: float) -> None:
        """They forget over ``frames``; the spread is ``least`` at least."""
        self._frames, self._least = frames, least
        self._count = 0
        self.mean, self._square = 0.0, least * least

    def add(self, value: float) -> None:
        self._count = min(self._count + 1, self._frames)
        share = 1.0 / self._count
        if self._count == 1:
            self.mean = value
            return
        away = value - self.mean
        self.mean += share * away
        self._square += share * (away * away - self._square)

    def away(self, value: float) -> float:
        """By how many spreads ``value`` is above the mean."""
        if not self._count:
            return 0.0
        spread = max(self._least, math.sqrt(self._square))
        return (value - self.mean) / spread


STRESS_STEP, HINT_STEP = 0.15, 0.02
"""The most that stress, and arousal, change in a frame."""

_SPREADS = 1.5
"""Spreads above its mean at which a voice stands out in full."""

_LOWEST = -0.5
"""Stress between stressed syllables, at least."""

_PITCHED = 0.25
"""How much pitch counts beside loudness: brows follow pitch accents (Cave et al., ICSLP 1996;
Flecha-Garcia, Speech Communication 2010), stress is heard in loudness above all."""

_SMOOTH = 0.5
"""How quickly stress follows what stands out."""

_LEVELS, _MELODY, _USUAL = 120, 40, 1800
"""Frames over which the speaker's loudness, melody, and usual way to speak are forgotten."""

_LEVEL_SPREAD, _PITCH_SPREAD = 1.0, 0.12
"""The least spreads: 4 dB, and two semitones."""

_ABOVE_NOISE, _RISING, _FAINT = 2.3, 0.01, -16.1
"""Sound is speech where its power is ten times that of the noise, and not fainter than -70 dBFS;
the noise is taken to grow by so much a frame, in nats."""

_VOICED = 0.5
"""How well a window repeats itself where it is voiced."""

_LATELY = 1.0 / 40.0
"""How quickly pitch and brightness of now follow voiced frames."""

_KNOWN = (60, 240)
"""Voiced frames before which nothing is usual yet, and from which on it is."""

_AROUSED = (0.28, 0.6)
"""By how much pitch and brightness differ between calm and aroused speech of one speaker: their
standard deviations over the clips of the speakers whom constants were set on."""

_HOLD = 45
"""Frames of silence in which arousal stays before it fades."""


class Prosody:
    """The prosody (n, 2) of windows (n, W) that come in order."""

    def __init__(self) -> None:
        self._stress, self._arousal = _Stress(), _Arousal()

    def __call__(self, windows: F32) -> F32:
        """That of the next windows."""
        found: list[tuple[float, float]] = []
        for level, bright, pitch, sure in heard_in(windows).T.tolist():
            spoken = self._stress.is_spoken(level)
            voiced = pitch if spoken and sure > _VOICED else None
            stress = self._stress.step(level if spoken else None, voiced)
            found.append((stress, self._arousal.step(spoken, voiced, bright)))
        return np.array(found, dtype=np.float32)


class ProsodyStream(FrameWindows):
    """The prosody (n, 2) of sound that comes in pieces, of the frames of `MelStream`."""

    def __init__(self) -> None:
        super().__init__(Prosody(), columns=COLUMNS, width=WINDOW, lead=WINDOW - LOOK_AHEAD)


class _Stress:
    """How far a voice stands out, frame by frame."""

    def __init__(self) -> None:
        self._noise: float | None = None
        self._levels = _Running(_LEVELS, _LEVEL_SPREAD)
        self._melody = _Running(_MELODY, _PITCH_SPREAD)
        self._high = self._smooth = self._shown = 0.0

    def is_spoken(self, level: float) -> bool:
        """Whether the log power of the next frame is that of speech."""
        noise = level if self._noise is None else min(level, self._noise + _RISING)
        self._noise = noise
        return level > max(noise + _ABOVE_NOISE, _FAINT)

    def step(self, level: float | None, pitch: float | None) -> float:
        """The stress of a frame of speech with this level, None in silence, and pitch if any."""
        self._high = 0.9 * self._high
        if pitch is not None:
            self._high = _held(self._melody.away(pitch))
            self._melody.add(pitch)
        aim = 0.0
        if level is not None:
            above = _held(self._levels.away(level)) + _PITCHED * self._high
            aim = min(1.0, max(_LOWEST, above / _SPREADS))
            self._levels.add(level)
        self._smooth += _SMOOTH * (aim - self._smooth)
        if level is None and abs(self._smooth) < STRESS_STEP:
            self._smooth = 0.0
        self._shown = _towards(self._shown, self._smooth, STRESS_STEP)
        return self._shown


class _Arousal:
    """How aroused a voice sounds beside its usual way, frame by frame."""

    def __init__(self) -> None:
        self._usual = _Running(_USUAL, _AROUSED[0]), _Running(_USUAL, _AROUSED[1])
        self._now = [0.0, 0.0]
        self._voiced = self._quiet = 0
        self._shown = 0.0

    def step(self, spoken: bool, pitch: float | None, bright: float) -> float:
        """The arousal of a frame; its pitch is None where it is not voiced."""
        self._quiet = 0 if spoken else self._quiet + 1
        if pitch is not None:
            self._voiced += 1
            share = max(_LATELY, 1.0 / self._voiced)
            for which, value in enumerate((pitch, bright)):
                self._usual[which].add(value)
                self._now[which] += share * (value - self._now[which])
        aim = 0.0
        if self._quiet <= _HOLD:
            high = (self._now[0] - self._usual[0].mean) / _AROUSED[0]
            bright = (self._now[1] - self._usual[1].mean) / _AROUSED[1]
            known = (self._voiced - _KNOWN[0]) / (_KNOWN[1] - _KNOWN[0])
            aim = min(1.0, max(-1.0, 0.5 * (high + bright))) * min(1.0, max(0.0, known))
        self._shown = _towards(self._shown, aim, HINT_STEP)
        return self._shown


def _held(spreads: float) -> float:
    return min(2.0, max(-2.0, spreads))


def _towards(shown: float, aim: float, step: float) -> float:
    return aim if abs(aim - shown) <= step else shown + (step if aim > shown else -step)


LATE = 4
"""Frames by which stress comes after the sound: who knows as many ahead shows it in time."""


def heard(path: Path) -> F32:
    """The prosody (F, 2) of a sound file, in time.

    Raises:
        SpeechRefusedError: as `mien_trainer.audio.stream_audio`.
    """
    prosody = ProsodyStream()
    with stream_audio(path) as blocks:
        parts = [prosody.push(block) for block in blocks]
    found = np.concatenate([*parts, prosody.finish()])
    return in_time(found, LATE)


def in_time(prosody: F32, ahead: int) -> F32:
    """Prosody (F, 2) of a whole sound, of which so many frames are known ahead."""
    return np.pad(prosody, ((0, ahead), (0, 0)))[ahead:]
