"""Which tensors an artifact has, their shapes, and the numbers that are safe to evaluate.

Letters: C channels, K intensities, S styles of a label, P pairs, N ceilings, M sealing channels,
L parting channels; of a label's timeline J labels that follow, G clips, T tracks, Y keys,
Q sequences.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import numpy as np

from mien.artifact.container import Array
from mien.artifact.refusals import bad_artifact
from mien.engine.e1.solve import overlap
from mien.engine.tables import F32, I32, LabelTable, Tables
from mien.timelines.easing import EASINGS
from mien.timelines.table import LONGEST, MOST_DEGREES

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

TIMELINE: Mapping[str, tuple[str | int, ...]] = MappingProxyType(
    {
        "timing": (4,),
        "blink": (5,),
        "resolves": ("J",),
        "clips": ("G", 3),
        "tracks": ("T", 3),
        "key_times": ("Y",),
        "key_easings": ("Y",),
        "key_values": ("Y", 2),
        "sequence_clips": ("Q", "K"),
        "sequence_ends": ("Q", 3),
    }
)
"""Field of `TimelineTable` to its dimensions."""

POSITIONS = frozenset({"pairs", "ceilings", "sealing", "parting"})
"""The fields that hold channel positions."""

INTEGERS = POSITIONS | TIMELINE.keys() - {"key_values"}
"""The fields of int32; all others are float32."""


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
    found: dict[str, Array] = {
        label_name(table.label, field): getattr(table, field) for field in LABEL
    }
    if table.timeline is not None:
        for field in TIMELINE:
            found[label_name(table.label, field)] = getattr(table.timeline, field)
    return found


LEAST = 2.0**-126
"""The least of what must be over 0: the smallest normal float32."""

LEAST_SUPPORT = 2.0**-64
"""Distances in units of the support stay finite: under it phi could be 0 times infinity."""

MANY = 2.0**24
"""More than any timeline has of anything that is counted; `check_timeline` counts."""

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
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
        "sealing_levels": (LEAST, 1.0),
        "metric": (0.0, 1e6),
        "support": (LEAST_SUPPORT, 1e6),
        "plateau_outer": (LEAST, 1e9),
        "plateau_span": (LEAST, 1e9),
        "timing": (-1.0, LONGEST),
        "blink": (0.0, LONGEST),
        "resolves": (0.0, MANY),
        "clips": (0.0, LONGEST),
        "tracks": (0.0, MANY),
        "key_times": (0.0, LONGEST),
        "key_easings": (0.0, len(EASINGS) - 1.0),
        "key_values": (-MOST_DEGREES, MOST_DEGREES),
        "sequence_clips": (0.0, MANY),
        "sequence_ends": (0.0, MANY),
    }
)
"""Field to the least and the greatest value of each of its numbers."""


def check_field(
    name: str, field: str, tensor: Array, shape: tuple[str | int, ...], sizes: dict[str, int]
) -> None:
    """Check type, shape and values of one tensor; sizes that are not known yet are noted.

    Raises:
        ArtifactError: naming the tensor.
    """
    wanted = np.int32 if field in INTEGERS else np.float32
    if tensor.dtype != wanted:
        raise bad_artifact("tensor-dtype", name=name, expected=np.dtype(wanted).name)
    if tensor.ndim != len(shape):
        raise bad_artifact(
            "tensor-dimensions", name=name, found=tensor.ndim, expected=str(len(shape))
        )
    for extent, letter in zip(tensor.shape, shape, strict=True):
        size = letter if isinstance(letter, int) else sizes.setdefault(letter, extent)
        if extent != size:
            raise bad_artifact("tensor-shape", name=name, shape=list(tensor.shape))
    low, high = (0.0, sizes["C"] - 1.0) if field in POSITIONS else RANGES[field]
    inside = (tensor >= low) & (tensor <= high)
    if not inside.all():
        where = cast("list[int]", np.argwhere(~inside)[0].tolist())
        value = float(tensor[tuple(where)])
        raise bad_artifact("tensor-range", name=name, value=value, where=where, low=low, high=high)
    # What may be negative is added and multiplied alone, and may round to -0; min and max meet the
    # other fields.
    negative_zero = np.signbit(tensor) & (tensor == 0)
    if low >= 0.0 and negative_zero.any():
        where = cast("list[int]", np.argwhere(negative_zero)[0].tolist())
        raise bad_artifact("tensor-negative-zero", name=name, where=where)


def check_conflicts(pairs: I32, ceilings: I32) -> None:
    """Check that pairs are of two channels, and that no ceiling's channels move under another rule.

    Raises:
        ArtifactError: naming the tensor and the row.
    """
    ends: list[list[int]] = pairs.tolist()
    for row, (one, other) in enumerate(ends):
        if one == other:
            raise bad_artifact("pair-of-one", name=shared_name("pairs"), row=row)
    bounds: list[list[int]] = ceilings.tolist()
    paired = {channel for pair in ends for channel in pair}
    bounded = {channel for channel, _ in bounds}
    for row, (channel, under) in enumerate(bounds):
        if channel in paired or under in bounded:
            raise bad_artifact("ceiling-moves", name=shared_name("ceilings"), row=row)


def check_plateaus(table: LabelTable, metric: F32) -> None:
    """Check that at most one plateau of a label counts at any point, and each holds at its anchor.

    Raises:
        ArtifactError: naming the tensor.
    """
    name = label_name(table.label, "plateau_outer")
    found = overlap(table.anchors, metric, table.plateau_outer, table.plateau_span)
    if found is not None:
        raise bad_artifact("plateaus-touch", name=name, first=found[0], second=found[1])
    inside_out = np.flatnonzero(table.plateau_span > table.plateau_outer).tolist()
    if inside_out:
        where = inside_out[0]
        raise bad_artifact(
            "tensor-range",
            name=label_name(table.label, "plateau_span"),
            value=float(table.plateau_span[where]),
            where=[where],
            low=LEAST,
            high=float(table.plateau_outer[where]),
        )
