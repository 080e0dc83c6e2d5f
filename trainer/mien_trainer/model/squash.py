"""Into [0, 1] such that both ends are reached exactly, and left again."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor


class _Squash(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401  torch's own type is private
        ctx.save_for_backward(x)
        return x.clamp(0.0, 1.0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Tensor:  # noqa: ANN401  as above
        (x,) = ctx.saved_tensors
        (gradient,) = grad_outputs
        # A step goes against the gradient: one of the other sign than what is too much leads away.
        leads_away = (x - x.clamp(0.0, 1.0)) * gradient < 0.0
        return gradient.masked_fill(leads_away, 0.0)


def squash(x: Tensor) -> Tensor:
    """``x`` clamped to [0, 1]; outside, only gradients that lead back inside pass."""
    if not torch.is_grad_enabled():
        return x.clamp(0.0, 1.0)
    return cast("Tensor", cast("Any", _Squash).apply(x))
