"""Faces written for other programs, read back by a reader that goes by names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.formats.livelink import read_livelink
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.speak.livelink_csv import livelink_csv, livelink_rows
from mien_trainer.speak.write import write_take

CHANNELS = mien.load("default").channels
GOLDEN = Path(__file__).parent / "golden" / "take.csv"


def lopsided() -> F32:
    """Three frames whose left and right differ: a symmetric face would hide a swap."""
    weights = np.zeros((3, len(CHANNELS)), dtype=np.float32)
    weights[:, CHANNELS.index("jawLeft")] = 0.3
    weights[1, CHANNELS.index("mouthLeft")] = 0.2
    weights[2, CHANNELS.index("mouthSmileRight")] = 1.0
    return weights


def test_a_take_is_the_golden_file() -> None:
    assert livelink_csv(CHANNELS, lopsided()) == GOLDEN.read_text("utf-8")


def test_a_take_comes_back_by_name(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    weights = np.random.default_rng(5).uniform(0, 1, (90, len(CHANNELS))).astype(np.float32)
    write_take(path, CHANNELS, weights)
    found = read_livelink(path)
    assert found.rate == 60
    assert np.abs(found.weights - weights).max() < 1e-6


def test_a_minute_and_an_hour_carry_over() -> None:
    row = lopsided()[:1]
    assert next(livelink_rows(CHANNELS, row, 60 * 61 + 59)).startswith("00:01:01:59.000,61,")
    assert next(livelink_rows(CHANNELS, row, 60 * 3600)).startswith("01:00:00:00.000,61,")


def test_json_names_its_channels(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    write_take(path, CHANNELS, lopsided())
    found = json.loads(path.read_text("utf-8"))
    assert (found["frame_rate"], tuple(found["channels"])) == (60, CHANNELS)
    assert np.allclose(found["weights"], lopsided(), atol=1e-6)


def test_another_ending_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"take\.fbx: expected a name that ends in \.csv or"):
        write_take(tmp_path / "take.fbx", CHANNELS, lopsided())
    assert not list(tmp_path.iterdir())
