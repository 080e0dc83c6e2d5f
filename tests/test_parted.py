"""The gaps that training learns by are those that contacts are judged by."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.lips.closures import lip_gap, teeth_gap
from mien_trainer.lips.read import shipped_table
from mien_trainer.model.typed import backward, to_array
from mien_trainer.train.parted import Parted

CHANNELS = shipped_table().rig.names
PARTED = Parted(CHANNELS, torch.device("cpu"))


@given(seed=st.integers(0, 2**31), most=st.sampled_from([0.05, 0.2, 1.0]))
def test_gaps_are_those_of_the_judge(seed: int, most: float) -> None:
    faces = np.random.default_rng(seed).uniform(0.0, most, (3, 7, 52)).astype(np.float32)
    found = np.maximum(0.0, to_array(PARTED(torch.tensor(faces))))
    np.testing.assert_allclose(found[..., 0], lip_gap(faces, CHANNELS), atol=1e-6)
    np.testing.assert_allclose(found[..., 1], teeth_gap(faces, CHANNELS), atol=1e-6)


def test_a_closed_jaw_has_to_spare_and_pressing_gives_more() -> None:
    rest = torch.zeros(52)
    pressed = rest.clone()
    pressed[CHANNELS.index("mouthPressLeft")] = 0.4
    np.testing.assert_allclose(to_array(PARTED(rest)), [-0.025, -0.13], atol=1e-6)
    np.testing.assert_allclose(to_array(PARTED(pressed)), [-0.06, -0.13], atol=1e-6)


def test_open_lips_are_taught_to_close_by_what_parts_them() -> None:
    face = torch.zeros(52)
    face[CHANNELS.index("jawOpen")], face[CHANNELS.index("mouthFunnel")] = 0.5, 0.2
    face.requires_grad_()
    backward(PARTED(face)[0])
    assert face.grad is not None
    slope = dict(zip(CHANNELS, to_array(face.grad).tolist(), strict=True))
    assert slope["jawOpen"] == pytest.approx(1.0)
    assert slope["mouthFunnel"] == pytest.approx(0.43)
    assert slope["mouthClose"] == pytest.approx(-0.5)
    assert slope["browInnerUp"] == 0.0
