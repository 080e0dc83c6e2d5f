"""The objective: what each loss compares, on networks whose faces are known beforehand."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import cast

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from attrs import evolve
from torch import Tensor

import mien
from mien_trainer.frames import F32
from mien_trainer.model.net import FaceNet
from mien_trainer.train.config import ClassWeights, Losses
from mien_trainer.train.objective import NAMES, Objective
from mien_trainer.train.sampler import Batch

BANK = mien.load("default")
CHANNELS = len(BANK.channels)
CPU = torch.device("cpu")
NONE = evolve(Losses(), **dict.fromkeys(NAMES, 0.0))
PAIRS, ROOMS, FRAMES = 3, 2, 4
EXPRESSION = BANK.tables.classes.index("EXPRESSION")
LIPSYNC = BANK.tables.classes.index("LIPSYNC")
SHARED = BANK.tables.classes.index("SHARED")


class ByHand:
    """A network whose faces follow from sound and conditions by a formula."""

    def __init__(self, sound: float, emotion: float) -> None:
        self._sound, self._emotion = sound, emotion

    def last_frame(self, mel: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Every channel (B, K, C) is the sound's and the first condition's share, added."""
        face = self._sound * mel[:, -1:, :1] + self._emotion * conditions[..., :1]
        return face.expand(-1, -1, CHANNELS), face.expand(-1, -1, 2)

    def teacher_forced(
        self, mel: Tensor, conditions: Tensor, contacts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Faces (B, N, C) that are the sound in every channel."""
        face = mel[..., :1]
        return face.expand(-1, -1, CHANNELS), contacts


def batch(**changes: F32) -> Batch:
    """Pairs of other sounds and emotions: frame k of 2P has sound k and emotion 10 k."""
    k = np.arange(2 * PAIRS, dtype=np.float32)
    own = np.zeros((2 * PAIRS, 19), dtype=np.float32)
    own[:, 0] = 10.0 * k
    other = np.concatenate((own[PAIRS:], own[:PAIRS]))
    zeros = np.zeros((ROOMS, 1, 19), dtype=np.float32)
    faces = np.zeros((ROOMS, 1, CHANNELS), dtype=np.float32)
    parts: dict[str, F32] = {
        "mel": np.zeros((1, FRAMES, 80), dtype=np.float32),
        "conditions": np.zeros((1, FRAMES, 19), dtype=np.float32),
        "targets": np.zeros((1, FRAMES, CHANNELS), dtype=np.float32),
        "contacts": np.zeros((1, FRAMES, 2), dtype=np.float32),
        "frame_weights": np.ones((1, FRAMES), dtype=np.float32),
        "pair_mel": np.repeat(k[:, None, None], 80, axis=2),
        "pair_conditions": np.stack((own, other, own + np.float32(0.5)), axis=1),
        "pair_speech": np.ones(2 * PAIRS, dtype=np.float32),
        "room_mel": np.zeros((ROOMS, 1, 80), dtype=np.float32),
        "voice_mel": np.zeros((ROOMS, 1, 80), dtype=np.float32),
        "anchors": zeros,
        "archetypes": faces,
        "places": zeros,
        "faces": faces,
    }
    return Batch(**{**parts, **changes}, ids=())


def loss(name: str, network: ByHand, of: Batch, weights: Losses = NONE) -> float:
    objective = Objective(
        evolve(weights, **{name: 2.0}),
        ClassWeights(lipsync=1.0, shared=1.0, expression=1.0),
        BANK.tables,
        CPU,
    )
    total, each = objective(cast("FaceNet", network), of)
    assert set(each) == {name}
    assert float(total) == pytest.approx(2.0 * float(each[name]))
    return float(each[name])


def test_an_expression_is_compared_with_itself_under_the_other_sound() -> None:
    """A face that follows from the emotion alone costs nothing, whatever the pairs say."""
    assert loss("expression", ByHand(sound=0.0, emotion=1.0), batch()) == 0.0
    # The sounds of a pair are PAIRS apart, and so are faces that follow the sound.
    assert loss("expression", ByHand(sound=0.1, emotion=1.0), batch()) == pytest.approx(
        0.1 * PAIRS, rel=1e-4
    )


def test_lips_are_compared_with_themselves_under_the_other_emotion() -> None:
    assert loss("lips", ByHand(sound=1.0, emotion=0.0), batch()) == 0.0
    # The emotions of a pair are 10 PAIRS apart.
    found = loss("lips", ByHand(sound=1.0, emotion=0.01), batch())
    assert found == pytest.approx(0.1 * PAIRS, rel=1e-4)
    silent = batch(pair_speech=np.zeros(2 * PAIRS, dtype=np.float32))
    assert loss("lips", ByHand(sound=1.0, emotion=0.01), silent) == 0.0


def test_consistency_compares_with_vad_moved_alone() -> None:
    assert loss("consistency", ByHand(sound=1.0, emotion=0.0), batch()) == 0.0
    assert loss("consistency", ByHand(sound=1.0, emotion=0.1), batch()) == pytest.approx(
        0.05, rel=1e-4
    )


@pytest.mark.parametrize(("channel", "beta"), [(LIPSYNC, 0.2), (SHARED, 0.2), (EXPRESSION, 0.01)])
def test_lips_of_clips_have_a_beta_of_their_own(channel: int, beta: float) -> None:
    """An error of 0.1 is within the lips' beta of 0.2 and beyond the expression's of 0.01."""
    targets = np.zeros((1, FRAMES, CHANNELS), dtype=np.float32)
    targets[..., channel] = 0.1
    weights = evolve(NONE, beta=0.01, lip_beta=0.2)
    found = loss("supervised", ByHand(sound=1.0, emotion=0.0), batch(targets=targets), weights)
    by_hand = 0.1 * 0.1 / (2 * beta) if beta > 0.1 else 0.1 - beta / 2
    assert found * CHANNELS == pytest.approx(by_hand, rel=1e-4)


def test_presets_are_held_to_the_narrow_beta() -> None:
    """At anchors and on the surface every channel has the narrow one, lips too."""
    faces = np.zeros((ROOMS, 1, CHANNELS), dtype=np.float32)
    faces[..., LIPSYNC] = 0.1
    weights = evolve(NONE, beta=0.01, lip_beta=0.2)
    still = ByHand(sound=0.0, emotion=0.0)
    found = loss("surface", still, batch(faces=faces), weights)
    assert found * CHANNELS == pytest.approx(0.1 - 0.005, rel=1e-4)
    snapped = loss("snap_silence", still, batch(archetypes=faces), weights)
    assert snapped * CHANNELS == pytest.approx(0.1 - 0.005 + 10.0 * 0.01, rel=1e-4)
    # Under speech the lips are the sound's: only EXPRESSION channels are snapped.
    assert loss("snap_speech", still, batch(archetypes=faces), weights) == 0.0
