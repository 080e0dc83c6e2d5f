"""Faces by elementwise NumPy alone, for few queries and without any compiling.

The same operations in the same order as the kernels, hence the same bits; every constant is
float32, so nothing is promoted. Letters: n queries of one label in one style; K intensities,
U rules, N columns of its plan (see `mien.engine.e1.plan`), C channels.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from mien.engine.e1.conflict import Conflict, Index, pad
from mien.engine.e1.plan import ConflictStage, Plan
from mien.engine.tables import F32

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THREE = np.float32(3.0)
_FOUR = np.float32(4.0)

# 1 V A D VV AA DD VA VD AD as products of two of (V, A, D, 1); a product with 1 is exact.
_LEFT = np.array([3, 0, 1, 2, 0, 1, 2, 0, 0, 1])
_RIGHT = np.array([3, 3, 3, 3, 0, 1, 2, 1, 2, 2])


@frozen(kw_only=True, eq=False)
class NumpyPath:
    """A plan's tables, shaped to broadcast over queries.

    anchors (3, K, 1); metric (3, 1, 1); outer and span (K, 1); rules (10, U, 1); strength (N, 1);
    weights and archetypes (K, N, 1); gain, offset and fade a row for each of their columns.
    """

    plan: Plan
    channels: int
    anchors: F32
    metric: F32
    outer: F32
    span: F32
    rules: F32
    strength: F32
    weights: F32
    archetypes: F32
    conflict: Conflict | None
    gain: F32
    offset: F32
    styled: Index | None
    style_conflict: Conflict | None
    fade: F32

    @staticmethod
    def of(plan: Plan, channels: int) -> NumpyPath:
        """The tables of ``plan``; faces have ``channels`` weights."""
        table, styling = plan.table, plan.styling
        none = np.zeros(0, dtype=np.float32)
        return NumpyPath(
            plan=plan,
            channels=channels,
            anchors=np.ascontiguousarray(table.anchors.T)[:, :, None],
            metric=plan.metric[:, None, None],
            outer=table.plateau_outer[:, None],
            span=table.plateau_span[:, None],
            rules=np.ascontiguousarray(plan.rules.T)[:, :, None],
            strength=plan.strength[:, None],
            weights=plan.weights[:, :, None],
            archetypes=plan.archetypes[:, :, None],
            conflict=_conflict(plan.conflict),
            gain=(none if styling is None else styling.gain)[:, None],
            offset=(none if styling is None else styling.offset)[:, None],
            styled=None if styling is None else np.array(styling.source, dtype=np.intp),
            style_conflict=None if plan.style_conflict is None else _conflict(plan.style_conflict),
            fade=plan.fade[:, None],
        )

    def faces(self, vads: F32, speech: F32 | None) -> F32:
        """Faces (n, C) at vads (n, 3), under speech (n,) or none."""
        faces = np.zeros((len(vads), self.channels), dtype=np.float32)
        if len(self.plan.live):
            columns = self._columns(np.ascontiguousarray(vads.T))
            shown = self.plan.shown
            if speech is not None:
                faded = columns[self.plan.fade_source] * (_ONE - speech * self.fade)
                columns = np.concatenate((columns, faded))
                shown = self.plan.spoken
            faces[:, self.plan.live] = columns[shown].T
        return faces

    def _columns(self, points: F32) -> F32:
        """All columns of the label before speech (last, n), at points (3, n)."""
        away = points[:, None, :] - self.anchors
        parts = (self.metric * away) * away
        squared = (parts[0] + parts[1]) + parts[2]
        raw = self._interpolate(points, squared)
        t = np.minimum(_ONE, np.maximum(_ZERO, (self.outer - squared) / self.span))
        blend = (t * t) * (_THREE - _TWO * t)
        held = blend[:, None, :] * self.archetypes
        face, blended = held[0], blend[0]
        for i in range(1, len(blend)):
            face = face + held[i]
            blended = blended + blend[i]
        face = np.minimum(_ONE, face + (_ONE - blended) * raw)
        if self.conflict is not None:
            face = self.conflict(face)
        if self.styled is not None:
            styled = self.gain * face[self.styled] + self.offset
            face = np.concatenate((face, np.minimum(_ONE, np.maximum(_ZERO, styled))))
            if self.style_conflict is not None:
                face = self.style_conflict(face)
        columns: F32 = face
        return columns

    def _interpolate(self, points: F32, squared: F32) -> F32:
        """Each column's trend plus radial basis functions through its archetypes, g (N, n)."""
        u = np.sqrt(squared) / self.plan.support
        p = np.maximum(_ZERO, _ONE - u)
        p2 = p * p
        phi = (p2 * p2) * (_FOUR * u + _ONE)
        terms = np.concatenate((points, np.ones((1, points.shape[1]), dtype=np.float32)))
        weighed = self.rules * (terms[_LEFT] * terms[_RIGHT])[:, None, :]
        q = weighed[0]
        for j in range(1, len(weighed)):
            q = q + weighed[j]
        signal = (_ONE + q / np.sqrt(_ONE + q * q)) * _HALF
        raw = self.strength * signal[self.plan.rule]
        pulls = self.weights * phi[:, None, :]
        for pull in pulls:
            raw = raw + pull
        held: F32 = np.minimum(_ONE, np.maximum(_ZERO, raw))
        return held


def _conflict(stage: ConflictStage) -> Conflict | None:
    if stage.idle:
        return None
    index, caps = pad(stage.partners, stage.source)
    return Conflict(
        source=np.array(stage.source, dtype=np.intp),
        partners=index,
        caps=caps,
        ceilings=tuple((channel, under) for channel, under, _ in stage.ceilings),
        slacks=tuple(slack for _, _, slack in stage.ceilings),
    )
