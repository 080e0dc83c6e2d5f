"""How far lips and teeth are apart, as `mien_trainer.lips.closures` says, to learn by.

Dimension letters: C channels, G kinds of contact; ``...`` is any number of dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from mien_trainer.lips.closures import GAPS, PRESSING, Gap
from mien_trainer.model.typed import to_floats, to_tensor


class Parted:
    """The gaps (..., G) of all contacts at faces (..., C); below 0 is what they have to spare."""

    def __init__(self, channels: Sequence[str], device: torch.device) -> None:
        self._openings = [_Opening(gap, channels, device) for gap in GAPS.values()]
        self._pressing = _sides(PRESSING, channels, device)
        self._full = to_floats(np.array(list(PRESSING.values())), device)

    def __call__(self, faces: Tensor) -> Tensor:
        """In units of jawOpen; where above 0 the same as `lip_gap` and `teeth_gap`."""
        pressed = (_wider(faces, self._pressing) / self._full).amax(dim=-1).clamp(max=1.0)
        return torch.stack([opening(faces, pressed) for opening in self._openings], dim=-1)


class _Opening:
    """The gap (...) of one kind."""

    def __init__(self, gap: Gap, channels: Sequence[str], device: torch.device) -> None:
        self._gap = gap
        self._jaw, self._close = channels.index("jawOpen"), channels.index("mouthClose")
        self._parting = _sides(gap.parting, channels, device)
        self._factors = to_floats(np.array(list(gap.parting.values())), device)

    def __call__(self, faces: Tensor, pressed: Tensor) -> Tensor:
        jaw = faces[..., self._jaw] * (1.0 - self._gap.closing * faces[..., self._close])
        parted = (_wider(faces, self._parting) * self._factors).sum(dim=-1)
        return jaw + parted - self._gap.give - self._gap.pressed * pressed


def _sides(names: Iterable[str], channels: Sequence[str], device: torch.device) -> Tensor:
    """The positions (2, n) of left and right; of what has no sides twice the same."""
    found = [
        [channels.index(name if name in channels else name + side) for name in names]
        for side in ("Left", "Right")
    ]
    return to_tensor(np.array(found), device)


def _wider(faces: Tensor, sides: Tensor) -> Tensor:
    left, right = sides
    return torch.maximum(faces.index_select(-1, left), faces.index_select(-1, right))
