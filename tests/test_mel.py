"""Log-mel frames: right by an independent reference, the same as a stream, and 20 ms ahead."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.frames import F32, SAMPLE_RATE, frame_count, frame_sample
from mien_trainer.mel import FLOOR, HIGHEST, LOOK_AHEAD, LOWEST, MELS, MelStream, log_mel

F64 = npt.NDArray[np.float64]


def noise(samples: int, seed: int = 0) -> F32:
    loudness = np.random.default_rng(seed).uniform(-1.0, 1.0, samples)
    return (0.3 * loudness).astype(np.float32)


def sine(hertz: float, seconds: float = 0.5) -> F32:
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2.0 * np.pi * hertz * times)).astype(np.float32)


def slaney_mel(hertz: F64) -> F64:
    knee = 15.0 + np.log(np.maximum(hertz, 1.0) / 1000.0) * (27.0 / math.log(6.4))
    mel: F64 = np.where(hertz < 1000.0, hertz * 3.0 / 200.0, knee)
    return mel


def centres() -> F64:
    """The middles of the bands in Hz, found by bisection."""
    low, high = (float(slaney_mel(np.array([hertz]))[0]) for hertz in (LOWEST, HIGHEST))
    wanted = np.linspace(low, high, MELS + 2)
    below, above = np.zeros(MELS + 2), np.full(MELS + 2, 8000.0)
    for _ in range(60):
        middle = (below + above) / 2.0
        under = slaney_mel(middle) < wanted
        below, above = np.where(under, middle, below), np.where(under, above, middle)
    middles: F64 = (below + above) / 2.0
    return middles


def reference(audio: F32) -> F64:
    """The definition: a discrete Fourier transform written out, a dense matrix of slopes."""
    feet = centres()
    bins = np.arange(257) * (SAMPLE_RATE / 512)
    slopes = feet[None, :] - bins[:, None]
    widths = np.diff(feet)
    falling, rising = -slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]
    matrix = np.maximum(0.0, np.minimum(falling, rising)) * (2.0 / (feet[2:] - feet[:-2]))
    samples = np.arange(400)
    weights = np.sin(np.pi / 2.0 * np.minimum(samples / 336.0, (400 - samples) / 64.0)) ** 2
    transform = np.exp(-2j * np.pi * np.outer(samples, np.arange(257)) / 512)
    rows: list[F64] = []
    for frame in range(frame_count(len(audio))):
        first = frame_sample(frame) - 80
        window = [audio[n] if 0 <= n < len(audio) else 0.0 for n in range(first, first + 400)]
        power = np.abs((np.array(window, dtype=np.float64) * weights) @ transform) ** 2
        rows.append(np.log(np.maximum(FLOOR, power @ matrix)))
    return np.stack(rows)


def test_it_is_what_an_independent_reference_says() -> None:
    audio = np.concatenate((noise(4000), sine(440.0), np.zeros(1500, np.float32), noise(777, 1)))
    np.testing.assert_allclose(log_mel(audio), reference(audio), rtol=0, atol=1e-5)


@given(
    samples=st.integers(0, 3000),
    cuts=st.lists(st.integers(0, 3000), max_size=12),
    seed=st.integers(0, 9),
)
def test_a_stream_gives_the_same_bits(samples: int, cuts: list[int], seed: int) -> None:
    audio = noise(samples, seed)
    stream = MelStream()
    pieces = [
        stream.push(piece) for piece in np.split(audio, sorted(min(c, samples) for c in cuts))
    ]
    streamed = np.concatenate([*pieces, stream.finish()])
    whole = log_mel(audio)
    assert whole.shape == (frame_count(samples), MELS)
    assert streamed.tobytes() == whole.tobytes()


def test_a_stream_answers_as_soon_as_it_can() -> None:
    stream = MelStream()
    ready = [len(stream.push(np.zeros(1, np.float32))) for _ in range(2000)]
    at = [sample + 1 for sample, frames in enumerate(ready) for _ in range(frames)]
    assert at == [frame_sample(frame) + LOOK_AHEAD for frame in range(len(at))]
    assert LOOK_AHEAD / SAMPLE_RATE == 0.02


@given(frame=st.integers(0, 20), seed=st.integers(0, 9))
def test_a_frame_knows_nothing_later_than_20_ms(frame: int, seed: int) -> None:
    audio = noise(8000, seed)
    end = frame_sample(frame) + LOOK_AHEAD
    other = audio.copy()
    other[end:] = noise(8000 - end, seed + 100)
    before, after = log_mel(audio), log_mel(other)
    assert before[: frame + 1].tobytes() == after[: frame + 1].tobytes()
    other = audio.copy()
    other[end - 8 : end] += 0.5
    assert (log_mel(other)[frame] != before[frame]).any()


@pytest.mark.parametrize("hertz", [90.0, 250.0, 440.0, 1000.0, 1730.0, 3100.0, 5200.0, 7400.0])
def test_a_tone_is_in_its_band(hertz: float) -> None:
    mel = log_mel(sine(hertz))[10]
    loudest = centres()[1:-1][int(mel.argmax())]
    # A band's half width, or a bin's where bands are narrower.
    assert abs(loudest - hertz) <= max(SAMPLE_RATE / 512, 0.04 * hertz)


def test_all_bands_hear_white_noise_alike() -> None:
    level = log_mel(noise(16_000 * 20)).mean(axis=0)
    assert np.ptp(level[3:]) < 0.5


def test_silence_lies_on_the_floor() -> None:
    mel = log_mel(np.zeros(1000, np.float32))
    assert (mel == np.float32(math.log(FLOOR))).all()


def test_the_floor_is_noise_of_87_decibels_below_full_scale() -> None:
    draws = np.random.default_rng(0).standard_normal(16_000 * 20).astype(np.float32)
    loud = np.exp(log_mel(draws * np.float32(0.1)).astype(np.float64)).mean(axis=0)
    quiet = loud[20:].mean() * 10.0 ** (-(87.0 - 20.0) / 10.0)
    assert quiet == pytest.approx(FLOOR, rel=0.05)


def test_quiet_is_less_than_loud() -> None:
    loud, quiet = log_mel(noise(2000)), log_mel(noise(2000) * np.float32(0.5))
    np.testing.assert_allclose(loud - quiet, math.log(4.0), atol=1e-4)
