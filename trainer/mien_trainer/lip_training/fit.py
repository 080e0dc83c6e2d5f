"""Fits the network of live lips to examples; the same examples and seed give the same network.

Dimension letters: B sequences, N frames of a window, O numbers of a head of the network.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  torch's own habit

from mien_trainer.lip_training.batches import WINDOW, Batch, batch_of, shelves_of
from mien_trainer.lip_training.examples import Example, taught_channels, taught_sounds
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.model.lip_net import DELAYS, LipNet

DROPPED = 0.06
"""The share of each block's numbers that learning does without, others for each sequence."""

TAUGHT = 0.6
"""How much what other networks say counts beside what the labels say, where there are others."""

CONTACT_ODDS = 3.0
"""By how much a contact that is missed costs more than one that is made for nothing."""

RATE, LEAST_RATE, WARM = 2e-3, 1e-5, 60
"""The learning rate at its height and at the end, and the steps in which it comes up."""

_SMOOTHING, _CONTACTS, _WEIGHTS = 0.05, 1.0, 4.0
_DECAY, _CLIP, _MEAN = 0.02, 1.0, 0.003


def fit(
    taught: Sequence[Example],
    width: int,
    steps: int,
    seed: int,
    step: Callable[[float], None],
    begun: LipNet | None = None,
    teachers: Sequence[LipNet] = (),
) -> LipNet:
    """The mean of a network's last states, after so many steps; ``step`` gets each one's loss.

    It begins as ``begun``, which has the same width, and learns from ``teachers`` besides
    (knowledge distillation, Hinton et al. 2015): what several networks agree on is surer than what
    one says, and one that learned it knows nearly as much.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # more wait for each other longer than they work on one so small
    rng = np.random.default_rng(seed)
    visemes, channels = len(shipped_table().visemes), len(taught_channels())
    net = LipNet(visemes + len(Contact) + channels, width=width, dropped=DROPPED)
    if begun is not None:
        net.load_state_dict(begun.state_dict())
    shelves = shelves_of(taught)
    # Naming sounds that look alike teaches to hear; what names them is not kept.
    sounds = nn.Linear(width, len(DELAYS) * len(taught_sounds()))
    learned = [*net.parameters(), *sounds.parameters()]
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    adam = torch.optim.AdamW(learned, lr=RATE, weight_decay=_DECAY)
    for done in range(steps):
        for group in adam.param_groups:
            group["lr"] = rate(done, steps)
        batch = batch_of(shelves, net.context, rng)
        loss = loss_of(net, sounds, batch, visemes, told_by(teachers, batch))
        adam.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(learned, _CLIP)
        adam.step()
        with torch.no_grad():
            for name, value in net.state_dict().items():
                mean[name].lerp_(value, max(_MEAN, 1.0 / (done + 2)))
        step(float(loss.detach()))
    net.load_state_dict(mean)
    return net.eval()


def rate(done: int, steps: int) -> float:
    """The learning rate after ``done`` of ``steps``: up in `WARM`, then down as a cosine."""
    return (
        RATE * min(1.0, (done + 1) / WARM) * 0.5 * (1.0 + math.cos(math.pi * done / steps))
        + LEAST_RATE
    )


def told_by(teachers: Sequence[LipNet], batch: Batch) -> Tensor | None:
    """The mean of what the longest heads of other networks say (B, N, O); None without any."""
    if not teachers:
        return None
    mel = torch.as_tensor(batch.mel)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        heads = [one.whole(mel)[0][:, DELAYS[-1] :, -1].float() for one in teachers]
    return torch.stack(heads).mean(dim=0)


def loss_of(
    net: LipNet, sounds: nn.Linear, batch: Batch, visemes: int, told: Tensor | None = None
) -> Tensor:
    """Cross entropy of visemes, sounds and contacts, squared errors of weights, over all heads.

    `TAUGHT` parts of it are against what is ``told`` (B, N, O), where that is given.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16):  # half the time, and as good
        heads, told_from = net.whole(torch.as_tensor(batch.mel))
        named = sounds(told_from).unflatten(-1, (len(DELAYS), -1))
    heads, named = heads.float(), named.float()
    length = WINDOW - DELAYS[-1]  # the moments that all heads speak of
    there = torch.as_tensor(batch.there[:, :length])
    total = torch.zeros(())
    for place, delay in enumerate(DELAYS):
        head = heads[:, delay : delay + length, place]
        each = _beside_labels(head, batch, visemes)
        if told is not None:
            each = (1.0 - TAUGHT) * each + TAUGHT * _beside(head, told, visemes)
        each += F.cross_entropy(
            named[:, delay : delay + length, place].transpose(1, 2),
            torch.as_tensor(batch.sounds[:, :length]),
            reduction="none",
            label_smoothing=_SMOOTHING,
            ignore_index=-1,
        )
        total = total + (each * there).sum() / there.sum()
    return total


def _beside_labels(head: Tensor, batch: Batch, visemes: int) -> Tensor:
    length, contacts_end = head.shape[1], visemes + len(Contact)
    said = F.cross_entropy(
        head[..., :visemes].transpose(1, 2),
        torch.as_tensor(batch.visemes[:, :length]),
        reduction="none",
        label_smoothing=_SMOOTHING,
    )
    met = F.binary_cross_entropy_with_logits(
        head[..., visemes:contacts_end],
        torch.as_tensor(batch.contacts[:, :length]),
        reduction="none",
        pos_weight=torch.full((len(Contact),), CONTACT_ODDS),
    )
    shown = head[..., contacts_end:] - torch.as_tensor(batch.weights[:, :length])
    return said + _CONTACTS * met.sum(dim=-1) + _WEIGHTS * shown.square().sum(dim=-1)


def _beside(head: Tensor, told: Tensor, visemes: int) -> Tensor:
    """The same against what other networks say, whose logits of contacts have the odds already."""
    contacts_end = visemes + len(Contact)
    said = F.cross_entropy(
        head[..., :visemes].transpose(1, 2),
        told[..., :visemes].softmax(dim=-1).transpose(1, 2),
        reduction="none",
    )
    met = F.binary_cross_entropy_with_logits(
        head[..., visemes:contacts_end], told[..., visemes:contacts_end].sigmoid(), reduction="none"
    )
    shown = head[..., contacts_end:] - told[..., contacts_end:]
    weight = 0.5 * (1.0 + CONTACT_ODDS) * _CONTACTS
    return said + weight * met.sum(dim=-1) + _WEIGHTS * shown.square().sum(dim=-1)
