"""The losses: pure functions, each a mean, so that parts of a batch average to the whole.

Dimension letters: B sequences, N frames, C channels, G kinds of contact; ``...`` is any number of
dimensions.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812  torch's own habit

_QUIET_MARGIN = 8.0
"""The logit against a contact in a quiet room: 3,000 to 1."""

_SNAP_SQUARES = 10.0
"""The weight of a squared error at anchors, beside its size."""


def smooth_l1(found: Tensor, wanted: Tensor, beta: Tensor | float) -> Tensor:
    """The size of each error (...): squared up to ``beta``, then growing by 1 for 1."""
    error = (found - wanted).abs()
    inside = error.clamp(max=beta)
    return inside * (error - 0.5 * inside) / beta


def supervised(
    faces: Tensor,
    targets: Tensor,
    frame_weights: Tensor,
    channel_weights: Tensor,
    beta: Tensor | float,
) -> Tensor:
    """How far faces (B, N, C) are from targets (B, N, C).

    frame_weights (B, N), channel_weights (C,); beta (C,) or one for all.
    """
    error = smooth_l1(faces, targets, beta)
    return (error * frame_weights[..., None] * channel_weights).mean()


def velocity(
    faces: Tensor,
    targets: Tensor,
    frame_weights: Tensor,
    channel_weights: Tensor,
    beta: Tensor | float,
) -> Tensor:
    """`supervised` of how faces change from one frame to the next; the lesser weight counts."""
    weights = frame_weights[:, 1:].minimum(frame_weights[:, :-1])
    return supervised(faces.diff(dim=1), targets.diff(dim=1), weights, channel_weights, beta)


def contact(logits: Tensor, contacts: Tensor, frame_weights: Tensor) -> Tensor:
    """The cross-entropy of contacts (B, N, G), 1 or 0, under their logits (B, N, G).

    It is least where they are the true log-odds, however rare contacts are. frame_weights (B, N).
    """
    each = F.binary_cross_entropy_with_logits(logits, contacts, reduction="none")
    return (each * frame_weights[..., None]).mean()


def quiet(logits: Tensor) -> Tensor:
    """How far the logits of contacts (..., G) in a quiet room, where none are, are from low.

    As `contact`, but not content before a contact is as unlikely as one in three thousand.
    """
    return F.softplus(logits + _QUIET_MARGIN).mean()


def consistency(faces: Tensor, moved: Tensor) -> Tensor:
    """How much faces (..., C) change when VAD moves a little: the mean over channels."""
    return (faces - moved).abs().mean()


def lips_stay(faces: Tensor, other: Tensor, speech: Tensor, lipsync: Tensor) -> Tensor:
    """How much LIPSYNC channels of faces (..., C) change with the emotion, while speaking.

    speech (...) in [0, 1]; lipsync the positions of those channels.
    """
    change = (faces - other).index_select(-1, lipsync).abs()
    return (change * speech[..., None]).mean()


def expression_stays(faces: Tensor, other: Tensor, expression: Tensor) -> Tensor:
    """How much EXPRESSION channels of faces (..., C) change with the sound."""
    return (faces - other).index_select(-1, expression).abs().mean()


def snap(faces: Tensor, archetypes: Tensor, beta: float) -> Tensor:
    """How far faces (..., C) at anchors are from their archetypes (..., C).

    All that is taught here can be reached, so that the largest errors pull the most.
    """
    squares = (faces - archetypes).square()
    return (smooth_l1(faces, archetypes, beta) + _SNAP_SQUARES * squares).mean()


def surface(faces: Tensor, wanted: Tensor, beta: float) -> Tensor:
    """How far faces (..., C) anywhere are from the bank's (..., C); steep places stay rounded."""
    return smooth_l1(faces, wanted, beta).mean()
