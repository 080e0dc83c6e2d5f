"""Whether an artifact's numbers are such that evaluating them is safe and gives faces."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.artifact.container import Array
from mien.artifact.layout import INTEGERS
from mien.errors import ArtifactError

_RANGES: Mapping[str, tuple[float, float]] = {
    "rules": (-8.0, 8.0),
    "anchors": (-1.0, 1.0),
    "archetypes": (0.0, 1.0),
    "weights": (-1e9, 1e9),
    "strength": (0.0, 1.0),
    "attenuation": (0.0, 1.0),
    "style_anchors": (-1.0, 1.0),
    "style_gain": (0.0, 2.0),
    "style_offset": (-1.0, 1.0),
    "caps": (0.0, 1.0),
    "slacks": (0.0, 1.0),
    "sealing_levels": (0.0, 1.0),
    "metric": (0.0, 1e6),
    "support": (0.0, 1e6),
    "plateau_outer": (0.0, 1e9),
    "plateau_span": (0.0, 1e9),
}
_POSITIVE = frozenset({"support", "plateau_outer", "plateau_span", "sealing_levels"})


def check_field(
    name: str, field: str, tensor: Array, shape: tuple[str | int, ...], sizes: dict[str, int]
) -> None:
    """Check type, shape and values of one tensor; sizes that are not known yet are noted.

    Raises:
        ArtifactError: naming the tensor.
    """
    wanted = np.int32 if field in INTEGERS else np.float32
    if tensor.dtype != wanted:
        raise ArtifactError(f"tensor {name}: expected {np.dtype(wanted).name}")
    if tensor.ndim != len(shape):
        raise ArtifactError(f"tensor {name}: {tensor.ndim} dimensions, expected {len(shape)}")
    for extent, letter in zip(tensor.shape, shape, strict=True):
        size = letter if isinstance(letter, int) else sizes.setdefault(letter, extent)
        if extent != size:
            raise ArtifactError(f"tensor {name}: shape {tensor.shape} does not fit the others")
    low, high = (0.0, sizes["C"] - 1.0) if field in INTEGERS else _RANGES[field]
    inside = (tensor >= low) & (tensor <= high)
    if field in _POSITIVE:
        inside &= tensor > 0
    if not inside.all():
        where = np.argwhere(~inside)[0].tolist()
        value = tensor[tuple(where)]
        raise ArtifactError(f"tensor {name}: {value} at {where}, expected [{low:g}, {high:g}]")
