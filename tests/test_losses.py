"""The losses: 0 where nothing is wrong, what was computed by hand where something is, and means."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mien_trainer.train import losses

SOFT = 0.01
LIPS, BROWS = torch.tensor([0, 1]), torch.tensor([3, 4])
EVERY = torch.ones(5)


def faces(seed: int, *shape: int) -> Tensor:
    torch.manual_seed(seed)
    return torch.rand(*shape, 5)


def ones(*shape: int) -> Tensor:
    return torch.ones(*shape)


def test_smooth_l1_is_squared_below_and_grows_by_one_above() -> None:
    found = torch.tensor([0.0, 0.005, 0.01, 0.51, -0.005, -0.51])
    by_hand = torch.tensor([0.0, 0.00125, 0.005, 0.505, 0.00125, 0.505])
    torch.testing.assert_close(losses.smooth_l1(found, torch.zeros(6), SOFT), by_hand)


def test_a_rare_event_does_not_pull() -> None:
    """With a blink in one of ten frames, the least loss is at no blink, not at a tenth."""
    frames = torch.zeros(1, 10, 1)
    frames[0, 0] = 1.0
    guesses = torch.linspace(0.0, 1.0, 101)
    each = [
        losses.supervised(g.expand(1, 10, 1), frames, ones(1, 10), ones(1), SOFT) for g in guesses
    ]
    assert float(guesses[int(torch.stack(each).argmin())]) <= 0.01


@given(seed=st.integers(0, 2**31))
def test_nothing_wrong_costs_nothing(seed: int) -> None:
    one = faces(seed, 2, 6)
    assert losses.supervised(one, one, ones(2, 6), EVERY, SOFT) == 0.0
    assert losses.velocity(one, one, ones(2, 6), EVERY, SOFT) == 0.0
    assert losses.contact(1e3 * (2 * one.round() - 1), one.round(), ones(2, 6)) == 0.0
    assert losses.consistency(one, one) == 0.0
    assert losses.lips_stay(one, one, ones(2, 6), LIPS) == 0.0
    assert losses.expression_stays(one, one, BROWS) == 0.0
    assert losses.snap(one, one, SOFT) == losses.surface(one, one, SOFT) == 0.0


def test_supervised_by_hand() -> None:
    found, wanted = torch.zeros(2, 1, 2), torch.tensor([[[0.5, 0.0]], [[0.0, 0.25]]])
    counts, channels = torch.tensor([[3.0], [1.0]]), torch.tensor([2.0, 1.0])
    by_hand = (3.0 * 2.0 * (0.5 - SOFT / 2) + 1.0 * 1.0 * (0.25 - SOFT / 2)) / 4
    assert float(losses.supervised(found, wanted, counts, channels, SOFT)) == pytest.approx(by_hand)


def test_what_does_not_count_changes_nothing() -> None:
    one, other = faces(0, 2, 6), faces(1, 2, 6)
    counts = ones(2, 6)
    counts[:, :3] = 0.0
    changed = one.clone()
    changed[:, :3] = 0.9
    made = (other > 0.5).float()
    assert losses.contact(one, made, counts) == losses.contact(changed, made, counts)
    for loss in (losses.supervised, losses.velocity):
        assert loss(one, other, counts, EVERY, SOFT) == loss(changed, other, counts, EVERY, SOFT)


def test_snap_pulls_the_worst_the_most() -> None:
    far = torch.tensor([0.02, 0.4], requires_grad=True)
    losses.snap(far, torch.zeros(2), SOFT).backward()
    assert far.grad is not None
    assert float(far.grad[1]) > 5 * float(far.grad[0])


def test_contact_by_hand() -> None:
    logits, made = (
        torch.tensor([[[0.0, 2.0], [-1.0, 5.0]]]),
        torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]),
    )
    counts = torch.tensor([[3.0, 1.0]])
    by_hand = 3.0 * (math.log(2.0) + math.log1p(math.exp(2.0)))
    by_hand += math.log1p(math.exp(-1.0)) + math.log1p(math.exp(-5.0))
    assert float(losses.contact(logits, made, counts)) == pytest.approx(by_hand / 4)
    assert losses.contact(logits, made, 0.0 * counts) == 0.0


def test_quiet_is_contact_where_there_is_none_by_far() -> None:
    logits = faces(0, 2, 6) * 4.0 - 2.0
    none = losses.contact(logits + 8.0, torch.zeros_like(logits), ones(2, 6))
    torch.testing.assert_close(losses.quiet(logits), none)
    assert float(losses.quiet(logits - 16.0)) < 0.01


def test_contact_is_least_at_the_true_odds() -> None:
    """One frame of ten is closed and none can be told from the others: the logits are 1 to 9."""
    made = torch.zeros(1, 10, 1)
    made[0, 0] = 1.0
    guesses = torch.linspace(-6.0, 0.0, 601)
    each = [losses.contact(guess.expand(1, 10, 1), made, ones(1, 10)) for guess in guesses]
    least = float(guesses[int(torch.stack(each).argmin())])
    assert least == pytest.approx(math.log(1 / 9), abs=0.01)


def test_a_beta_for_each_channel() -> None:
    """Where one of ten frames differs, what is soft goes to the mean and what is not stays."""
    frames = torch.zeros(1, 10, 2)
    frames[0, 0] = 0.2
    beta = torch.tensor([0.01, 0.4])
    guesses = torch.linspace(0.0, 0.2, 101)
    least = [
        int(
            torch.stack(
                [
                    losses.supervised(g.expand(1, 10, 2), frames, ones(1, 10), one, beta)
                    for g in guesses
                ]
            ).argmin()
        )
        for one in torch.eye(2)
    ]
    assert float(guesses[least[0]]) <= 0.005
    assert float(guesses[least[1]]) == pytest.approx(0.02, abs=0.003)


def test_velocity_sees_motion_and_not_place() -> None:
    moving = faces(0, 2, 6)
    assert float(losses.velocity(moving + 0.5, moving, ones(2, 6), EVERY, SOFT)) < 1e-9
    still = moving[:, :1].expand(-1, 6, -1)
    assert float(losses.velocity(still, moving, ones(2, 6), EVERY, SOFT)) > 0.01


def test_consistency_is_the_mean_change_whatever_its_sign() -> None:
    one, moved = torch.tensor([[0.5, 0.2, 0.0]]), torch.tensor([[0.3, 0.6, 0.0]])
    assert float(losses.consistency(one, moved)) == pytest.approx((0.2 + 0.4) / 3)
    assert losses.consistency(one, moved) == losses.consistency(moved, one)


def test_lips_stay_while_speaking_and_only_they() -> None:
    one, other = faces(0, 4), faces(0, 4)
    other[:, 2:] += 0.5
    assert losses.lips_stay(one, other, ones(4), LIPS) == 0.0
    other[:, 0] += 0.4
    speech = torch.tensor([1.0, 0.5, 0.0, 0.0])
    assert float(losses.lips_stay(one, other, speech, LIPS)) == pytest.approx(0.4 * 1.5 / 8)


def test_expression_stays_and_only_it() -> None:
    one, other = faces(0, 4), faces(0, 4)
    other[:, :3] += 0.5
    assert losses.expression_stays(one, other, BROWS) == 0.0
    other[:, 3] += 0.2
    assert float(losses.expression_stays(one, other, BROWS)) == pytest.approx(0.1)


@given(seed=st.integers(0, 2**31), size=st.sampled_from([2, 4, 6]))
def test_parts_of_equal_size_average_to_the_whole(seed: int, size: int) -> None:
    one, other = faces(seed, size, 6), faces(seed + 1, size, 6)
    counts = torch.rand(size, 6)

    def every(part: slice) -> Tensor:
        a, b, c = one[part], other[part], counts[part]
        return torch.stack(
            [
                losses.supervised(a, b, c, EVERY, SOFT),
                losses.velocity(a, b, c, EVERY, SOFT),
                losses.contact(a, (b > 0.5).float(), c),
                losses.quiet(a),
                losses.consistency(a, b),
                losses.lips_stay(a, b, c, LIPS),
                losses.expression_stays(a, b, BROWS),
                losses.snap(a, b, SOFT),
                losses.surface(a, b, SOFT),
            ]
        )

    parts = (every(slice(0, None, 2)) + every(slice(1, None, 2))) / 2
    torch.testing.assert_close(parts, every(slice(None)))


def test_gradients_are_right() -> None:
    one = faces(0, 2, 4).double().requires_grad_()
    other = faces(1, 2, 4).double()
    weights = (ones(2, 4).double(), EVERY.double(), 0.3)

    def every(x: Tensor) -> Tensor:
        return losses.supervised(x, other, *weights) + losses.velocity(x, other, *weights)

    every(one).backward()
    assert one.grad is not None
    nudge = torch.zeros_like(other)
    nudge[1, 2, 3] = 1e-6
    with torch.no_grad():
        slope = (every(one + nudge) - every(one - nudge)) / 2e-6
    assert float(one.grad[1, 2, 3]) == pytest.approx(float(slope), rel=1e-4)
