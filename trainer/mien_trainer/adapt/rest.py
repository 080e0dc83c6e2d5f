"""The face at rest of a network that begins: that of the bank, before any step of the training.

Sound only fades the face at rest and moves it. Where it is wrong, as under a new label, a training
lets sound make up for it, and the face then trembles with every noise of a quiet room.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from mien.bank import Bank
from mien_trainer.model.net import FaceNet, clamp01
from mien_trainer.train import losses
from mien_trainer.train.anchor_snap import anchor_targets, surface_targets
from mien_trainer.train.augmentation import background_noise
from mien_trainer.train.config import Losses, Optimizer
from mien_trainer.train.loop import learning_rate

STEPS = 400
"""Of the base, each far shorter than one of a training."""

_EVERY = 16
"""Of the places of each label one in so many is taught."""

_ROOMS = 2
_BATCH = 256

_OPTIMIZER = Optimizer(learning_rate=0.004, warmup_steps=20)


def fit_rest(
    model: FaceNet, bank: Bank, weights: Losses, seed: int, step: Callable[[], None]
) -> None:
    """Change the base of ``model`` alone, until quiet rooms show the bank's faces.

    What sound does to it is computed once, because it does not depend on the base. ``step`` is
    called `STEPS` times.
    """
    anchors = anchor_targets(bank, bank.labels)
    places = surface_targets(bank, bank.labels, seed)
    rows = np.concatenate((anchors.conditions, places.conditions[::_EVERY]))
    conditions = torch.as_tensor(rows)
    wanted = torch.as_tensor(np.concatenate((anchors.faces, places.faces[::_EVERY])))
    left, move = _of_sound(model, conditions, seed)
    own, count = conditions.index_select(-1, model.columns), len(anchors.faces)
    base = model.base.requires_grad_()
    optimizer = torch.optim.Adam(base.parameters())
    for number in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = learning_rate(_OPTIMIZER, number, STEPS)
        optimizer.zero_grad()
        found = clamp01(base(own) * left + move)
        loss = weights.snap_silence * losses.snap(
            found[:, :count], wanted[:count].expand(_ROOMS, -1, -1), weights.beta
        ) + weights.surface * losses.surface(
            found[:, count:], wanted[count:].expand(_ROOMS, -1, -1), weights.beta
        )
        loss.backward()
        optimizer.step()
        step()
    base.requires_grad_(requires_grad=False)


def quiet_rooms(model: FaceNet, count: int, seed: int) -> Tensor:
    """Log-mel frames (count, R + 1, M) of as many quiet rooms, as long as ``model`` looks back."""
    noise = background_noise(count, model.shape.context + 1, np.random.default_rng(seed))
    return torch.as_tensor(noise)


@torch.no_grad()
def _of_sound(model: FaceNet, conditions: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """What is left of the face at rest (R, n, C) and what moves it, in R quiet rooms."""
    rooms = quiet_rooms(model, _ROOMS, seed)
    parts = [
        model.last_sound(rooms, some.expand(_ROOMS, -1, -1)) for some in conditions.split(_BATCH)
    ]
    left, move = (torch.cat(each, dim=1) for each in zip(*parts, strict=True))
    return left, move
