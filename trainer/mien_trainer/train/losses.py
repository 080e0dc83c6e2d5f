"""The losses: pure functions, each a mean, so that parts of a batch average to the whole.

Dimension letters: B sequences, N frames, C channels, G kinds of contact; ``...`` is any number of
dimensions.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812  torch's own habit

_UNLIKELY = 8.0
"""The log-odds against a contact in a quiet room: 3,000 to 1."""

_WORST = 10.0
"""What a squared error counts at anchors, beside its size."""


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


def contact(odds: Tensor, touching: Tensor, counts: Tensor) -> Tensor:
    """The cross-entropy of contacts (B, N, G), 1 or 0, under their log-odds (B, N, G).

    It is least where the odds are true ones, however rare contacts are. counts as in `supervised`.
    """
    each = F.binary_cross_entropy_with_logits(odds, touching, reduction="none")
    return (each * counts[..., None]).mean()


def quiet(odds: Tensor) -> Tensor:
    """How far the log-odds of contacts (..., G) in a quiet room, where none are, are from low.

    As `contact`, but not content before a contact is as unlikely as one in three thousand.
    """
    return F.softplus(odds + _UNLIKELY).mean()


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
