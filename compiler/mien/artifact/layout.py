"""Which tensors an artifact has, their shapes, and the numbers that are safe to evaluate.

Letters: C channels, K intensities, S styles of a label, P pairs, N ceilings, M sealing channels,
L parting channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mien.artifact.container import Array
from mien.engine.tables import LabelTable, Tables
from mien.errors import ArtifactError

SHARED: Mapping[str, tuple[str | int, ...]] = MappingProxyType(
    {
        "rules": ("C", 10),
        "metric": (3,),
        "support": (1,),
        "pairs": ("P", 2),
        "caps": ("P",),
        "ceilings": ("N", 2),
        "slacks": ("N",),
        "sealing": ("M",),
        "sealing_levels": ("M",),
        "parting": ("L",),
    }
)
"""Field of `Tables` to its dimensions."""

LABEL: Mapping[str, tuple[str | int, ...]] = MappingProxyType(
    {
        "anchors": ("K", 3),
        "archetypes": ("K", "C"),
        "weights": ("K", "C"),
        "strength": ("C",),
        "plateau_outer": ("K",),
        "plateau_span": ("K",),
        "attenuation": ("C",),
        "style_anchors": ("S", 3),
        "style_gain": ("S", "C"),
        "style_offset": ("S", "C"),
    }
)
"""Field of `LabelTable` to its dimensions."""

INTEGERS = frozenset({"pairs", "ceilings", "sealing", "parting"})
"""The fields that hold channel positions, as int32; all others are float32."""


def shared_name(field: str) -> str:
    """The tensor of a field of `Tables`."""
    return f"bank.{field}"


def label_name(label: str, field: str) -> str:
    """The tensor of a field of the label's table."""
    return f"label.{label}.{field}"


def shared_tensors(tables: Tables) -> dict[str, Array]:
    """The tensors that all labels share, by name."""
    return {shared_name(field): getattr(tables, field) for field in SHARED}


def label_tensors(table: LabelTable) -> dict[str, Array]:
    """One label's tensors, by name."""
    return {label_name(table.label, field): getattr(table, field) for field in LABEL}


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
