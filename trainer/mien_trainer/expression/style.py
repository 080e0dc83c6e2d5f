"""How much of a style a face wears: a function of its VAD point alone.

The network is told a label and a VAD point, no style, so that its target must not depend on more. A
style is worn in full at its own anchor and fades over a radius that reaches neither the flat part
of an intensity's plateau nor the radius of another style.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.bank import Bank
from mien.engine.tables import F32, I32, PLAIN, LabelTable
from mien_trainer.fault import TrainerError

F64 = npt.NDArray[np.float64]

WIDEST = 0.3
"""The largest radius, in the bank's metric."""

_REACH = 0.96
"""Of the distance that there is."""


def worn_styles(bank: Bank, label: str, path: F32) -> tuple[I32, F32]:
    """The style's position (N,), or PLAIN, and its weight (N,) in [0, 1], at each point (N, 3).

    ``label`` is one of the bank's.

    Raises:
        TrainerError: a style's anchor lies on an intensity's plateau or on another style.
    """
    table = bank.tables.labels[bank.labels.index(label)]
    position = np.full(len(path), PLAIN, dtype=np.int32)
    weight = np.zeros(len(path), dtype=np.float32)
    radii = style_radii(table, bank.tables.metric)
    for style, radius in enumerate(radii.tolist()):
        away = _distances(path, table.style_anchors[style], bank.tables.metric)
        t = np.maximum(0.0, 1.0 - (away / radius) ** 2)
        near = t > 0.0
        position[near] = style
        weight[near] = (t * t * (3.0 - 2.0 * t))[near]
    return position, weight


def style_radii(table: LabelTable, metric: F32) -> F64:
    """The distance (S,) from its anchor over which each style fades.

    Raises:
        TrainerError: a style's anchor lies on an intensity's plateau or on another style.
    """
    flat = np.sqrt(table.plateau_outer.astype(np.float64) - table.plateau_span)
    radii = np.full(len(table.styles), WIDEST)
    for style, (name, anchor) in enumerate(zip(table.styles, table.style_anchors, strict=True)):
        free = _distances(table.anchors, anchor, metric) - flat
        others = np.delete(_distances(table.style_anchors, anchor, metric), style) / 2.0
        radii[style] = _REACH * min([WIDEST / _REACH, *free.tolist(), *others.tolist()])
        if radii[style] <= 0.0:
            raise TrainerError(
                f"the anchor of {table.label}'s style {name} lies on an intensity's plateau or on "
                "another style: training needs a place of its own for it"
            )
    return radii


def _distances(points: F32, centre: F32, metric: F32) -> F64:
    away = points.astype(np.float64) - centre
    distances: F64 = np.sqrt((metric * away * away).sum(axis=1))
    return distances
