"""Paths of VAD: smooth, bounded, at home on the anchors, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.errors import QueryError
from mien.performance.clock import PEAK_SPEED, frame_ticks, pulse, smoothstep
from mien.resources import presets
from mien_trainer.expression import path as paths
from mien_trainer.expression.path import SPEED, clip_plan, path_of
from mien_trainer.frames import F32, FRAME_RATE

BANK = mien.load(presets() / "default")
LABELS = st.sampled_from(BANK.labels)
SEEDS = st.integers(0, 2**32 - 1)

QUICKEST = 6.0 * 0.32 / 0.4**2 / FRAME_RATE**2
"""The most that speed changes in a frame of a move: 0.32 in 0.4 s is the furthest at that speed."""


def drawn(label: str, seed: int, frames: int = 300) -> F32:
    return path_of(clip_plan(BANK, label, frames, np.random.default_rng(seed), seed))


def on(path: F32, anchors: F32) -> npt.NDArray[np.bool_]:
    """Which frames lie on which of the anchors, exactly: (N, K)."""
    equal: npt.NDArray[np.bool_] = (path[:, None, :] == anchors[None]).all(axis=2)
    return equal


def test_a_move_starts_and_ends_at_rest() -> None:
    times = np.linspace(-0.5, 1.5, 20_001)
    way = smoothstep(times)
    step = times[1] - times[0]
    speed = np.gradient(way, step)
    assert way[0] == way[5000] == 0.0
    assert way[15_000] == way[-1] == 1.0
    assert (np.diff(way) >= 0.0).all()
    assert speed.max() == pytest.approx(PEAK_SPEED, abs=1e-6)
    assert np.abs(np.diff(speed)).max() <= 6.0 * step + 1e-9


def test_a_pulse_goes_up_and_comes_back() -> None:
    times = frame_ticks(-100, 301)
    one = pulse(times, 0, rise=20_000, hold=30_000, fall=40_000)
    assert (one[times <= 0] == 0.0).all()
    assert (one[times >= 90_000] == 0.0).all()
    assert one[(times > 21_000) & (times < 49_000)] == pytest.approx(1.0)


@given(label=LABELS, seed=SEEDS, frames=st.integers(0, 900))
def test_it_stays_in_the_cube_and_within_its_speed(label: str, seed: int, frames: int) -> None:
    path = drawn(label, seed, frames)
    assert path.shape == (frames, 3)
    assert path.dtype == np.float32
    assert (np.abs(path) <= 1.0).all()
    assert np.abs(np.diff(path, axis=0)).max(initial=0.0) <= SPEED / FRAME_RATE + 1e-6


@given(label=LABELS, seed=SEEDS, shorter=st.integers(1, 300))
def test_a_longer_clip_goes_on_from_a_shorter_one(label: str, seed: int, shorter: int) -> None:
    assert drawn(label, seed)[:shorter].tobytes() == drawn(label, seed, shorter).tobytes()


@pytest.mark.parametrize("label", BANK.labels)
def test_moves_are_smooth(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "STILL", 1.0)
    for seed in range(10):
        change = np.diff(drawn(label, seed).astype(np.float64), n=2, axis=0)
        assert np.abs(change).max() <= QUICKEST + 1e-6


@pytest.mark.parametrize("label", BANK.labels)
def test_wandering_is_smooth_and_stays_near(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    still: list[F32] = []
    for share in (1.0, 0.0):
        monkeypatch.setattr(paths, "STILL", share)
        for seed in range(5):
            path = drawn(label, seed).astype(np.float64)
            assert np.abs(np.diff(path, n=2, axis=0)).max() <= 20.0 / FRAME_RATE**2
        still.append(drawn(label, 0))
    assert (still[0][1:] == still[0][:-1]).all(axis=1).mean() > 0.3
    assert (still[1][1:] == still[1][:-1]).all(axis=1).mean() < 0.3


def test_every_anchor_is_visited_exactly() -> None:
    spent: list[float] = []
    for label, table in zip(BANK.labels, BANK.tables.labels, strict=True):
        path = np.concatenate([drawn(label, seed) for seed in range(40)])
        intensities, styles = on(path, table.anchors), on(path, table.style_anchors)
        assert intensities.any(axis=0).all(), label
        assert styles.any(axis=0).all(), label
        spent.append(float(intensities.any(axis=1).mean()))
    assert np.mean(spent) > 0.12


def test_paths_cover_more_than_the_anchors() -> None:
    table = BANK.tables.labels[BANK.labels.index("joy")]
    path = np.concatenate([drawn("joy", seed) for seed in range(40)])
    assert 0.1 < on(path, table.anchors).any(axis=1).mean() < 0.6
    assert len(np.unique(path.round(1), axis=0)) > 60


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(QueryError, match="no label 'jou'"):
        drawn("jou", 0)
