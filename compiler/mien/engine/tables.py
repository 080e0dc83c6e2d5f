"""The compiled form of a bank: names and float32 tables, all that an evaluator needs.

Dimension letters, here and in every kernel: C channels, K intensities of a label, S styles of a
label, E labels, P antagonist pairs, Q queries.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.timelines.table import TimelineTable

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]

PLAIN = -1
"""The style position that stands for no style."""


@frozen(kw_only=True, eq=False)
class LabelTable:
    """One label. All arrays are float32, C-contiguous and read-only.

    anchors (K, 3) in [-1, 1]; archetypes (K, C) in [0, 1]; weights (K, C) of the radial basis
    functions; strength (C,), the factor on the channel's rule, 0 where the label never uses it;
    plateau_outer (K,) squared outer radius; plateau_span (K,) squared outer minus squared inner
    radius; attenuation (C,) in [0, 1] by speech; style_anchors (S, 3); style_gain and style_offset
    (S, C). timeline: the label in time, None where its author does not say.
    """

    label: str
    styles: tuple[str, ...]
    anchors: F32
    archetypes: F32
    weights: F32
    strength: F32
    plateau_outer: F32
    plateau_span: F32
    attenuation: F32
    style_anchors: F32
    style_gain: F32
    style_offset: F32
    timeline: TimelineTable | None = field(default=None)


@frozen(kw_only=True, eq=False, slots=False)
class Tables:
    """A compiled bank.

    rules (C, 10) coefficients by ``authored.rules.TERMS``; metric (3,); support () as (1,);
    pairs (P, 2) int32 channel positions with caps (P,); ceilings (N, 2) int32 (channel, under) with
    slacks (N,); sealing (M,) int32 with levels (M,); parting (L,) int32; mirror names (left, right)
    pairs of channels.
    """

    engine: int
    bank: str
    version: str
    rig: str
    channels: tuple[str, ...]
    classes: tuple[str, ...]
    intensities: tuple[str, ...]
    rules: F32
    metric: F32
    support: F32
    pairs: I32
    caps: F32
    ceilings: I32
    slacks: F32
    sealing: I32
    sealing_levels: F32
    parting: I32
    labels: tuple[LabelTable, ...]
    mirror: tuple[tuple[str, str], ...] = ()

    @cached_property
    def label_index(self) -> dict[str, int]:
        """Label name to its position."""
        return {table.label: position for position, table in enumerate(self.labels)}

    @cached_property
    def channel_index(self) -> dict[str, int]:
        """Channel name to its position."""
        return {name: position for position, name in enumerate(self.channels)}
