"""The losses: pure functions, each a mean, so that parts of a batch average to the whole.

Dimension letters: B sequences, N frames, C channels; ``...`` is any number of dimensions.
"""

from __future__ import annotations

import torch
from torch import Tensor

_WORST = 10.0
"""What a squared error counts at anchors, beside its size."""

_NEARLY = 0.95
"""The share of a level from which a contact counts: targets are rounded, and caps may bite."""


def soft(found: Tensor, wanted: Tensor, softness: Tensor | float) -> Tensor:
    """The size of each error (...): squared up to ``softness``, then growing by 1 for 1."""
    away = (found - wanted).abs()
    inside = away.clamp(max=softness)
    return inside * (away - 0.5 * inside) / softness


def supervised(
    faces: Tensor, targets: Tensor, counts: Tensor, channels: Tensor, softness: Tensor | float
) -> Tensor:
    """How far faces (B, N, C) are from targets (B, N, C).

    counts (B, N) is what each frame counts, channels (C,) what each channel does.
    """
    return (soft(faces, targets, softness) * counts[..., None] * channels).mean()


def velocity(
    faces: Tensor, targets: Tensor, counts: Tensor, channels: Tensor, softness: Tensor | float
) -> Tensor:
    """The same for how faces change from one frame to the next; both of them have to count."""
    both = counts[:, 1:].minimum(counts[:, :-1])
    return supervised(faces.diff(dim=1), targets.diff(dim=1), both, channels, softness)


def contact(
    faces: Tensor, targets: Tensor, counts: Tensor, sealing: Tensor, levels: Tensor, parting: Tensor
) -> Tensor:
    """How far the lips of faces (B, N, C) are from closing where those of targets do.

    The lips close in a frame whose target has one of the ``sealing`` channels (M,) at its level
    (M,), as the rig says; ``parting`` channels (L,) would open them. Contacts are short and rare: a
    loss that counts every frame alike is least where they are left out. counts as in `supervised`.
    """
    about = torch.cat((sealing, parting))
    away = (faces - targets).index_select(-1, about).abs().mean(dim=-1)
    return (away * _sealed(targets, sealing, levels) * counts).mean()


def gap(
    gaps: Tensor,
    wanted: Tensor,
    targets: Tensor,
    counts: Tensor,
    sealing: Tensor,
    levels: Tensor,
    spare: float,
) -> Tensor:
    """How far what parts at faces, ``gaps`` (B, N, G), is from touching where that of targets does.

    Of the gaps ``wanted`` (B, N, G) of targets (B, N, C) those are contacts that are closed in a
    frame with one of the ``sealing`` channels (M,) at its level (M,). They are taught to have
    ``spare`` left in units of jawOpen. counts as in `supervised`.
    """
    apart = (gaps + spare).clamp(min=0.0) * (wanted <= 0.0)
    return (apart.sum(dim=-1) * _sealed(targets, sealing, levels) * counts).mean()


def _sealed(targets: Tensor, sealing: Tensor, levels: Tensor) -> Tensor:
    return (targets.index_select(-1, sealing) >= _NEARLY * levels).any(dim=-1)


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


def snap(faces: Tensor, archetypes: Tensor, softness: float) -> Tensor:
    """How far faces (..., C) at anchors are from their archetypes (..., C).

    All that is taught here can be reached, so that the worst weights pull the most.
    """
    squares = (faces - archetypes).square()
    return (soft(faces, archetypes, softness) + _WORST * squares).mean()


def surface(faces: Tensor, wanted: Tensor, softness: float) -> Tensor:
    """How far faces (..., C) anywhere are from the bank's (..., C); steep places stay rounded."""
    return soft(faces, wanted, softness).mean()
