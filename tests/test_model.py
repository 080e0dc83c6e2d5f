"""The network: causal, the same whole, in steps and pruned, and able to reach 0 and 1."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mien_trainer.fault import TrainerError
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.touching import ContactShapes, contact_shapes
from mien_trainer.mel import SILENCE
from mien_trainer.model.net import RELEASE_KERNEL, SHARPNESS, Block, FaceNet, clamp01
from mien_trainer.model.shape import Conditioning, NetShape

LABELS = ("neutral", "joy", "sadness")
CPU = torch.device("cpu")
SHAPED = ContactShapes(
    attenuation=np.array([[1, 1, 0, 0, 0], [1, 0, 0, 0, 0]], dtype=np.float32),
    targets=np.array([[0, 0, 0.5, 0, 0], [0, 0.25, 0.75, 0, 0]], dtype=np.float32),
)
"""On five channels: lips on lips hold two and press a third, lip on teeth holds the first."""
SHIPPED = contact_shapes(shipped_table().rig.names)


def network(shape: NetShape, *, seed: int = 0, conditioning: Conditioning | None = None) -> FaceNet:
    """A network whose every weight is random: sound and conditions matter."""
    torch.manual_seed(seed)
    conditions = conditioning or Conditioning(labels=LABELS)
    model = FaceNet(shape, conditions.columns(LABELS), SHAPED, mels=8)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    nn.init.constant_(model.contact_head.bias, -6.0)  # as likely as the threshold
    return model.requires_grad_(requires_grad=False).eval()


def inputs(frames: int, *, batch: int = 2, seed: int = 0) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    mel = rng.normal(-10.0, 4.0, (batch, frames, 8))
    return torch.tensor(mel, dtype=torch.float32), torch.tensor(
        rng.uniform(-1.0, 1.0, (batch, frames, 6)), dtype=torch.float32
    )


def far(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


SHAPES = st.builds(
    NetShape, width=st.integers(1, 12), blocks=st.integers(1, 4), hidden=st.integers(1, 12)
)


@given(shape=SHAPES, frames=st.integers(1, 40), seed=st.integers(0, 2**31))
def test_steps_give_what_the_whole_gives(shape: NetShape, frames: int, seed: int) -> None:
    model = network(shape, seed=seed)
    mel, conditions = inputs(frames, seed=seed)
    state = model.initial_state(conditions[:, 0])
    assert state.shape == (2, model.context, shape.width)
    for frame, face in enumerate(model.clip(mel, conditions).unbind(dim=1)):
        stepped, state = model.step(mel[:, frame], conditions[:, frame], state)
        assert far(stepped, face) <= 1e-5


@given(shape=SHAPES, frames=st.integers(2, 30), at=st.integers(0, 28), seed=st.integers(0, 2**31))
def test_nothing_looks_ahead(shape: NetShape, frames: int, at: int, seed: int) -> None:
    model = network(shape, seed=seed)
    mel, conditions = inputs(frames, seed=seed)
    changed = min(at, frames - 2) + 1
    other, moved = mel.clone(), conditions.clone()
    other[:, changed:] += 5.0
    moved[:, changed:] += 0.5
    same = far(model.clip(mel, conditions)[:, :changed], model.clip(other, moved)[:, :changed])
    assert same == 0.0


def test_a_face_depends_on_its_context_and_on_nothing_before() -> None:
    shape = NetShape(width=8, blocks=3, hidden=8)
    model = network(shape)
    mel, conditions = inputs(model.context + 2)
    face = model(mel, conditions)[:, -1]
    for frame, matters in ((0, False), (1 + len(RELEASE_KERNEL), True)):
        other = mel.clone()
        other[:, frame] += 50.0
        assert (far(model(other, conditions)[:, -1], face) > 0.0) is matters


@given(shape=SHAPES, seed=st.integers(0, 2**31))
def test_the_pruned_pass_gives_the_last_face(shape: NetShape, seed: int) -> None:
    model = network(shape, seed=seed)
    mel, _ = inputs(shape.context + 1, seed=seed)
    _, conditions = inputs(3, seed=seed)
    faces, logits = model.last_frame(mel, conditions)
    assert faces.shape == (2, 3, 5)
    for one in range(3):
        steady = conditions[:, one : one + 1].expand(-1, shape.context + 1, -1)
        free, likely = model.teacher_forced(mel, steady, torch.zeros(2, 1, 2))
        assert far(faces[:, one], free[:, 0]) <= 1e-5
        assert far(logits[:, one], likely[:, 0]) <= 1e-4
    room = torch.full((2, model.context + 1, 8), -15.0)
    steady = conditions[:, :1].expand(-1, model.context + 1, -1)
    still = model.last_face(room[:, : shape.context + 1], conditions[:, :1])
    assert far(still[:, 0], model(room, steady)[:, 0]) <= 1e-5


def test_contacts_are_made_at_once_and_let_go_over_three_frames() -> None:
    model = network(NetShape(width=8, blocks=1, hidden=8))
    still = (model.face_head, model.base.output, *(one for one in model.blocks.children()))
    for parameter in (one for part in still for one in part.parameters()):
        nn.init.zeros_(parameter)
    nn.init.constant_(model.base.output.bias, 0.8)
    nn.init.constant_(model.input.weight, 0.1)
    nn.init.zeros_(model.contact_head.weight)
    nn.init.constant_(model.contact_head.weight[0], 50.0)
    nn.init.constant_(model.contact_head.bias, -30.0)
    mel = torch.full((1, 12, 8), SILENCE)
    mel[:, 5] = 40.0
    faces = model.clip(mel, torch.zeros(1, 12, 6))[0]
    held = [0.8 * one for one in (1.0, 1.0, 0.0, 0.33, 0.67, 1.0, 1.0)]
    assert faces[3:10, 0].detach().numpy().tolist() == pytest.approx(held, abs=1e-4)
    assert faces[3:10, 4].detach().numpy().tolist() == pytest.approx([0.8] * 7)


def test_silence_leads_any_state_to_the_first() -> None:
    shape = NetShape(width=8, blocks=3, hidden=8)
    model = network(shape)
    _, conditions = inputs(1)
    state = torch.randn(2, model.context, shape.width)
    for _ in range(model.context):
        _, state = model.step(torch.full((2, 8), SILENCE), conditions[:, 0], state)
    assert far(state, model.initial_state(conditions[:, 0])) <= 1e-4


def test_a_likely_contact_holds_and_presses_and_lips_come_last() -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8))
    mel, conditions = inputs(40)
    nn.init.zeros_(model.contact_head.weight)

    def faces(lips: float, teeth: float) -> Tensor:
        model.contact_head.bias.copy_(torch.tensor([lips, teeth]))
        return model.clip(mel, conditions)

    free, lips, teeth, both = faces(-30, -30), faces(30, -30), faces(-30, 30), faces(30, 30)
    assert float(free[..., :2].max()) > 0.1
    torch.testing.assert_close(lips[..., :2], torch.zeros_like(lips[..., :2]))
    torch.testing.assert_close(lips[..., 2], free[..., 2].clamp(min=0.5))
    torch.testing.assert_close(lips[..., 3:], free[..., 3:])
    torch.testing.assert_close(teeth[..., 0], torch.zeros_like(teeth[..., 0]))
    torch.testing.assert_close(teeth[..., 1], free[..., 1].clamp(min=0.25))
    torch.testing.assert_close(both[..., :2], lips[..., :2])
    torch.testing.assert_close(both[..., 2], teeth[..., 2])


@pytest.mark.parametrize("threshold", [0.005, 0.2])
def test_a_contact_as_likely_as_the_doubt_is_half_made(threshold: float) -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8, contact_threshold=threshold))
    mel, conditions = inputs(40)
    nn.init.zeros_(model.contact_head.weight)
    model.contact_head.bias.fill_(-30.0)
    free = model.clip(mel, conditions)
    made: list[float] = []
    for likely in (threshold / 2, threshold, 2 * threshold):
        model.contact_head.bias[0] = math.log(likely / (1.0 - likely))
        held = model.clip(mel, conditions)[..., 0]
        made.append(1.0 - float((held / free[..., 0])[free[..., 0] > 0.1].mean()))
    assert made[0] < 0.05
    assert made[1] == pytest.approx(0.5, abs=1e-3)
    assert made[2] > 0.95


def test_what_is_taught_has_the_contacts_that_are_there() -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8))
    mel, conditions = inputs(model.shape.context + 40)
    touching = torch.zeros(2, 40, 2)
    free, logits = model.teacher_forced(mel, conditions, touching)
    touching[0, ::2, 0] = 1.0
    faces, same = model.teacher_forced(mel, conditions, touching)
    assert far(logits, same) == 0.0
    assert float(free[0, ::2, :2].max()) > 0.1
    assert float(faces[0, ::2, :2].max()) == 0.0
    assert far(faces[0, 1::2], free[0, 1::2]) == far(faces[1], free[1]) == 0.0
    threshold = model.shape.contact_threshold
    likely = torch.sigmoid(SHARPNESS * (logits - math.log(threshold / (1.0 - threshold))))
    left = likely.clone()
    for ago, share in enumerate(RELEASE_KERNEL, start=1):
        left[:, ago:] = torch.maximum(left[:, ago:], share * likely[:, :-ago])
    made = model.teacher_forced(mel, conditions, left)[0][:, len(RELEASE_KERNEL) :]
    torch.testing.assert_close(made, model(mel, conditions))


def test_contacts_are_not_taught_by_faces_nor_at_rest() -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8)).requires_grad_()
    mel, conditions = inputs(model.shape.context + 4)
    made = torch.ones(2, 4, 2)
    still, _ = model.last_frame(mel[:, : model.shape.context + 1], conditions[:, :1])
    (model.teacher_forced(mel, conditions, made)[0].sum() + still.sum()).backward()
    assert model.contact_head.weight.grad is None
    model.teacher_forced(mel, conditions, made)[1].sum().backward()
    assert model.contact_head.weight.grad is not None


def test_film_is_what_lets_conditions_into_the_sound() -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8))
    mel, conditions = inputs(20)
    nn.init.zeros_(model.base.input.weight)  # now the face at rest is the same for all
    before = model.clip(mel, conditions)
    assert far(model.clip(mel, conditions.flip(0)), before) > 1e-3
    for block in model.blocks:
        assert isinstance(block, Block)
        nn.init.zeros_(block.film.weight)
    assert far(model.clip(mel, conditions.flip(0)), model.clip(mel, conditions)) == 0.0


def test_it_listens_to_its_own_conditions_only() -> None:
    conditioning = Conditioning(labels=("joy",), vad=False)
    model = network(NetShape(width=8, blocks=2, hidden=8), conditioning=conditioning)
    mel, conditions = inputs(10)
    other = conditions.clone()
    other[..., [0, 2, 3, 4, 5]] += 1.0
    assert far(model.clip(mel, other), model.clip(mel, conditions)) == 0.0
    other[..., 1] += 1.0
    assert far(model.clip(mel, other), model.clip(mel, conditions)) > 0.0


def test_an_unknown_label_is_named_with_the_nearest() -> None:
    with pytest.raises(TrainerError, match="no label jjoy: did you mean joy"):
        Conditioning(labels=("jjoy",)).columns(LABELS)


def test_the_default_is_small_enough_to_ship() -> None:
    model = FaceNet(NetShape(), range(19), SHIPPED)
    assert sum(one.numel() for one in model.parameters()) <= 600_000
    assert NetShape().context == 30


def test_weights_are_in_range_and_reach_both_ends() -> None:
    model = network(NetShape(width=8, blocks=2, hidden=8))
    mel, conditions = inputs(200, batch=8)
    faces = model.clip(mel, conditions * 10.0)
    assert float(faces.min()) == 0.0
    assert float(faces.max()) == 1.0


@pytest.mark.parametrize(
    ("at", "wanted", "pulled"),
    [(-0.5, 0.3, True), (-0.5, 0.0, False), (1.5, 0.7, True), (1.5, 1.0, False), (0.5, 0.2, True)],
)
def test_the_clamp_is_left_again(at: float, wanted: float, pulled: bool) -> None:
    x = torch.tensor([at], requires_grad=True)
    face = clamp01(x)
    assert 0.0 <= float(face.detach()) <= 1.0
    ((face - wanted).square().sum()).backward()
    assert x.grad is not None
    step = -float(x.grad)
    assert (step != 0.0) is pulled
    assert step * (wanted - at) >= 0.0


def test_the_clamp_is_not_led_further_outside() -> None:
    x = torch.tensor([-0.5, 1.5], requires_grad=True)
    ((clamp01(x) * torch.tensor([1.0, -1.0])).sum()).backward()
    assert x.grad is not None
    assert x.grad.detach().numpy().tolist() == [0.0, 0.0]


def test_new_networks_begin_at_rest() -> None:
    model = FaceNet(NetShape(width=8, blocks=2, hidden=8), range(19), SHIPPED)
    with torch.no_grad():
        conditions = torch.randn(3, 10, 19)
        one, other = (model.clip(torch.randn(3, 10, 80) * 4 - 10, conditions) for _ in range(2))
    assert far(one, other) == 0.0
