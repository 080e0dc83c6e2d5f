"""Which tensors an artifact has, and their shapes.

Letters: C channels, K intensities, S styles of a label, P pairs, N ceilings, M sealing channels,
L parting channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mien.artifact.container import Array
from mien.engine.tables import LabelTable, Tables

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
