"""The face of a label along a path: a function of label, VAD point and speech alone.

The conditions of a network are a label and a VAD point, no style, so that its target must not
depend on more. A style has its full weight at its own anchor and fades over a radius that reaches
neither the flat part of an intensity's plateau nor the radius of another style.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mien.bank import Bank
from mien.engine.tables import I32, PLAIN, LabelTable
from mien.performance.expression import Slot, SlotCurve, shown_faces
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32


def expression_track(bank: Bank, label: str, path: F32, speech: F32) -> F32:
    """Faces (N, 52) in [0, 1] at a path (N, 3), made way for speech (N,) in [0, 1].

    ``label`` is one of the bank's.

    Raises:
        QueryError: a value is out of range.
        TrainerError: the label's styles have no place of their own.
    """
    plain = Slot(bank.labels.index(label), PLAIN)
    curve = SlotCurve(weights=np.ones(len(path)), points=path.astype(np.float64))
    return styled_faces(bank, {plain: curve}, speech)


def styled_faces(bank: Bank, curves: Mapping[Slot, SlotCurve], speech: F32) -> F32:
    """`shown_faces` of plain slots, each of which wears the styles that its points are near.

    Raises:
        TrainerError: a label's styles have no place of their own.
    """
    worn: dict[Slot, SlotCurve] = {}
    for slot, curve in curves.items():
        points = curve.points.astype(np.float32)
        styles, weights = style_weights(bank, bank.labels[slot.label], points)
        for style in (PLAIN, *np.unique(styles[styles != PLAIN]).tolist()):
            share = 1.0 - weights if style == PLAIN else np.where(styles == style, weights, 0.0)
            worn[Slot(slot.label, style)] = SlotCurve(
                weights=curve.weights * share, points=curve.points
            )
    return shown_faces(bank, worn, speech)


F64 = npt.NDArray[np.float64]

WIDEST = 0.3
"""The largest radius, in the bank's metric."""

_REACH = 0.96
"""Of the distance that there is."""


def style_weights(bank: Bank, label: str, path: F32) -> tuple[I32, F32]:
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
