"""Voices augmented as they are heard."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.frames import F32
from mien_trainer.mel import PEAKS, SILENCE
from mien_trainer.train.augmentation import augmented
from mien_trainer.train.config import Augmentation

NONE = Augmentation(vocal_tract=0.0, equalisation_db=0.0, gain_db=0.0)


def voices(seed: int) -> F32:
    rng = np.random.default_rng(seed)
    mel = rng.uniform(SILENCE + 8.0, 0.0, (4, 6, 80)).astype(np.float32)
    mel[:, :2] = np.float16(SILENCE)
    return mel


@given(seed=st.integers(0, 2**31))
def test_silence_stays_silence_and_nothing_is_quieter(seed: int) -> None:
    found = augmented(voices(seed), Augmentation(gain_db=60.0), np.random.default_rng(seed))
    assert (found[:, :2] == np.float32(SILENCE)).all()
    assert found.min() >= np.float32(SILENCE)


@given(seed=st.integers(0, 2**31))
def test_the_same_draws_vary_alike(seed: int) -> None:
    one, other = (
        augmented(voices(0), Augmentation(), np.random.default_rng(seed)) for _ in range(2)
    )
    assert one.tobytes() == other.tobytes()
    assert np.abs(one - voices(0))[:, 2:].max() > 0.0


def test_without_variety_a_voice_stays_as_it_is() -> None:
    mel = voices(0)
    np.testing.assert_allclose(
        augmented(mel, NONE, np.random.default_rng(0))[:, 2:], mel[:, 2:], atol=1e-6
    )


@given(seed=st.integers(0, 2**31))
def test_gain_is_in_decibels_and_the_same_all_through(seed: int) -> None:
    mel = voices(seed)
    variety = Augmentation(vocal_tract=0.0, equalisation_db=0.0, gain_db=6.0)
    away = (augmented(mel, variety, np.random.default_rng(seed)) - mel)[:, 2:]
    np.testing.assert_allclose(away, away[:, :1, :1].repeat(4, 1).repeat(80, 2), atol=1e-5)
    assert np.abs(away).max() <= 6.0 * np.log(10.0) / 10.0 + 1e-5


@given(seed=st.integers(0, 2**31))
def test_another_tract_moves_all_formants_by_the_same_share(seed: int) -> None:
    mel = np.full((64, 2, 80), SILENCE + 4.0, dtype=np.float32)
    mel[:, 0, 30] += 8.0
    mel[:, 1, 55] += 8.0
    variety = Augmentation(vocal_tract=0.12, equalisation_db=0.0, gain_db=0.0)
    moved = augmented(mel, variety, np.random.default_rng(seed)).argmax(axis=2)
    peaks = np.array(PEAKS)
    shares = peaks[moved] / peaks[[30, 55]]
    assert np.abs(np.log(shares)).max() < 0.16
    np.testing.assert_allclose(shares[:, 0], shares[:, 1], atol=0.05)
    assert len(set(moved[:, 1].tolist())) > 5


@given(seed=st.integers(0, 2**31))
def test_colour_is_smooth_within_its_bound_and_alike_in_all_frames(seed: int) -> None:
    mel = np.full((64, 3, 80), SILENCE + 9.0, dtype=np.float32)
    variety = Augmentation(vocal_tract=0.0, equalisation_db=6.0, gain_db=0.0)
    decibels = (augmented(mel, variety, np.random.default_rng(seed)) - mel) * 10.0 / np.log(10.0)
    np.testing.assert_array_equal(decibels, decibels[:, :1].repeat(3, axis=1))
    assert 1.0 < np.abs(decibels).max() <= 6.0 + 1e-4
    assert np.abs(np.diff(decibels, axis=2)).max() < 0.5
