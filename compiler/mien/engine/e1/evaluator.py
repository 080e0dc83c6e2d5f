"""Faces from tables by engine 1: the light path for few queries, kernels for many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.engine.e1.conflict import conflict_of
from mien.engine.e1.light import Light, make_light
from mien.engine.e1.plan import make_plan
from mien.engine.protocol import PLAIN
from mien.engine.tables import F32, I32, Tables

_ZERO = np.float32(0.0)
_ONE = np.float32(1.0)


class Evaluator1:
    """See `mien.engine.protocol.Evaluator`."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._conflict = conflict_of(tables)
        self._light: dict[tuple[int, int], Light] = {}

    def face(self, label: int, vad: Sequence[float], style: int, speech: float) -> F32:
        """One face (C,)."""
        point = np.array(vad, dtype=np.float32).reshape(1, 3)
        spoken = np.array([speech], dtype=np.float32) if speech else None
        face: F32 = self.light(label, style).faces(point, spoken)[0]
        return face

    def faces_light(
        self, labels: I32, vads: F32, styles: I32 | None, speech: F32 | None, out: F32
    ) -> None:
        """`faces` by the light path, whatever the number of queries."""
        most = max((len(table.styles) for table in self.tables.labels), default=0) + 1
        keys = labels * most + ((styles if styles is not None else PLAIN) + 1)
        for key in sorted(set(keys.tolist())):
            rows = np.flatnonzero(keys == key)
            light = self.light(key // most, key % most - 1)
            out[rows] = light.faces(vads[rows], None if speech is None else speech[rows])

    def mixture(
        self, weights: Sequence[tuple[int, np.float32]], vad: Sequence[float], speech: float
    ) -> F32:
        """p_1 f_1 + p_2 f_2 + ..., held to 1, without conflicts."""
        mixed = np.zeros(len(self.tables.channels), dtype=np.float32)
        for label, weight in weights:
            mixed = mixed + weight * self.face(label, vad, PLAIN, speech)
        return self._conflict(np.minimum(_ONE, mixed)[:, None])[:, 0]

    def compose(self, face: F32, visemes: F32) -> F32:
        """The lips' visemes on top; the more they seal the lips, the less the face parts them."""
        tables = self.tables
        spoken = visemes.reshape(-1, len(tables.channels)).T
        below = face.reshape(spoken.shape[::-1]).T.copy()
        seal = np.zeros(spoken.shape[1], dtype=np.float32)
        for channel, level in zip(tables.sealing, tables.sealing_levels, strict=True):
            seal = np.maximum(seal, spoken[channel] / level)
        below[tables.parting] = below[tables.parting] * (_ONE - np.minimum(_ONE, seal))
        composed = np.minimum(_ONE, np.maximum(_ZERO, below + spoken))
        return np.ascontiguousarray(self._conflict(composed).T).reshape(face.shape)

    def light(self, label: int, style: int) -> Light:
        """The label's light tables, made once."""
        found = self._light.get((label, style))
        if found is None:
            plan = make_plan(self.tables, label, style)
            found = make_light(plan, len(self.tables.channels))
            self._light[label, style] = found
        return found

    def faces(
        self,
        labels: I32,
        vads: F32,
        styles: I32 | None,
        speech: F32 | None,
        out: F32,
        threads: int,
    ) -> None:
        """Fill ``out`` (Q, C)."""
        self.faces_light(labels, vads, styles, speech, out)
