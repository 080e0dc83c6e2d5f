"""Rooms in which nobody speaks."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien_trainer.frames import F32, frame_sample
from mien_trainer.mel import FLOOR, log_mel
from mien_trainer.train.augmentation import LATE_STARTS, LEVELS, background_noise

SILENT = np.float32(math.log(FLOOR))


def white(decibels: float) -> F32:
    """Log-mel frames of white noise."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(frame_sample(120)) * 10.0 ** (decibels / 20.0)
    return log_mel(noise.astype(np.float32))[2:-2]


@settings(deadline=None)
@given(rooms=st.integers(1, 9), frames=st.integers(1, 40), seed=st.integers(0, 2**31))
def test_rooms_are_drawn_by_their_seed_alone(rooms: int, frames: int, seed: int) -> None:
    one, other = (background_noise(rooms, frames, np.random.default_rng(seed)) for _ in range(2))
    assert one.shape == (rooms, frames, 80)
    assert one.dtype == np.float32
    assert one.tobytes() == other.tobytes()
    assert np.isfinite(one).all()
    assert one.min() >= SILENT


def test_every_step_looks_into_other_rooms() -> None:
    rng = np.random.default_rng(0)
    one, other = background_noise(8, 31, rng), background_noise(8, 31, rng)
    assert not np.isclose(one.mean(axis=(1, 2)), other.mean(axis=(1, 2))).any()


def test_levels_are_those_of_quiet_rooms_white_noise_among_them() -> None:
    rooms = background_noise(600, 12, np.random.default_rng(0))[:, 6:]
    high = rooms[:, :, 60:].mean(axis=(1, 2))
    assert high.max() < white(LEVELS[1]).mean(axis=0)[60:].mean() + 0.5
    assert (high > white(-65.0).mean(axis=0)[60:].mean()).mean() > 0.05
    assert (high < SILENT + 0.5).mean() > 0.1


def test_some_begin_within_and_are_digital_silence_before() -> None:
    rooms = background_noise(600, 30, np.random.default_rng(1))
    silent = (rooms == SILENT).all(axis=2)
    loud = rooms.mean(axis=(1, 2)) > SILENT + 1.0
    begins = silent[loud, 0] & ~silent[loud, -1]
    assert 0.5 * LATE_STARTS < begins.mean() < 1.5 * LATE_STARTS
    first = silent[loud][begins].argmin(axis=1)
    assert all(row[at:].sum() == 0 for row, at in zip(silent[loud][begins], first, strict=True))
    assert len(set(first.tolist())) > 10
