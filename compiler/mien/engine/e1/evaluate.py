"""Faces from tables by engine 1: NumPy alone for few queries, kernels for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mien.engine.e1.conflict import Conflict, conflict_of
from mien.engine.e1.numpy_path import NumpyPath
from mien.engine.e1.plan import make_plan
from mien.engine.tables import F32, I32, PLAIN, Tables
from mien.twins import has_twin

if TYPE_CHECKING:
    from mien.engine.e1.batch import Batch

KERNEL_ROWS = 32_768
"""From here on, loading the kernels is quicker than doing without."""

_CHUNK = 8192
_ONE = np.float32(1.0)


class Evaluator1:
    """See `mien.engine.registry.Evaluator`. Whichever path it takes, the bits are the same."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._conflict = conflict_of(tables)
        self._numpy_paths: dict[tuple[int, int], NumpyPath] = {}
        self._batch: dict[bool, Batch] = {}
        counts = [len(table.styles) + 1 for table in tables.labels]
        self._first = np.array([0, *counts], dtype=np.int32).cumsum(dtype=np.int32)

    def face(self, label: int, vad: Sequence[float], style: int, speech: float) -> F32:
        """One face (C,); by the kernels if an earlier batch has loaded them, never compiling."""
        warm = self._batch.get(style != PLAIN)
        if warm is not None:
            variant = label if style == PLAIN else int(self._first[label]) + style + 1
            return warm.one(variant, vad, speech)
        point = np.array(vad, dtype=np.float32).reshape(1, 3)
        spoken = np.array([speech], dtype=np.float32) if speech else None
        face: F32 = self.numpy_path(label, style).faces(point, spoken)[0]
        return face

    def faces(
        self, labels: I32, vads: F32, styles: I32 | None, speech: F32 | None, out: F32, threads: int
    ) -> None:
        """Fill ``out`` (Q, C)."""
        rows = len(labels)
        warm = (styles is not None) in self._batch
        if rows >= KERNEL_ROWS or warm:
            self.faces_by_kernels(labels, vads, styles, speech, out, threads)
            return
        for begin in range(0, rows, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            styled = None if styles is None else styles[part]
            spoken = None if speech is None else speech[part]
            self.faces_by_numpy(labels[part], vads[part], styled, spoken, out[part])

    def faces_by_numpy(
        self, labels: I32, vads: F32, styles: I32 | None, speech: F32 | None, out: F32
    ) -> None:
        """`faces` by the NumPy path, whatever the number of queries."""
        variants = self._variants(labels, styles)
        if len(variants) and (variants == variants[0]).all():
            style = PLAIN if styles is None else int(styles[0])
            out[:] = self.numpy_path(int(labels[0]), style).faces(vads, speech)
            return
        _, firsts, inverse = np.unique(variants, return_index=True, return_inverse=True)
        for group, first in enumerate(firsts.tolist()):
            rows = np.flatnonzero(inverse == group)
            style = PLAIN if styles is None else int(styles[first])
            path = self.numpy_path(int(labels[first]), style)
            out[rows] = path.faces(vads[rows], None if speech is None else speech[rows])

    def faces_by_kernels(
        self, labels: I32, vads: F32, styles: I32 | None, speech: F32 | None, out: F32, threads: int
    ) -> None:
        """`faces` by the kernels, whatever the number of queries; may compile them."""
        batch = self._batch.get(styles is not None)
        if batch is None:
            batch = self._make_batch(styled=styles is not None)
        batch.fill(self._variants(labels, styles), vads, speech, out, threads)
        self._batch[styles is not None] = batch

    def mixture(
        self, weights: Sequence[tuple[int, np.float32]], vad: Sequence[float], speech: float
    ) -> F32:
        """p_1 f_1 + p_2 f_2 + ..., held to 1, without conflicts."""
        mixed = np.zeros(len(self.tables.channels), dtype=np.float32)
        for label, weight in weights:
            mixed = mixed + weight * self.face(label, vad, PLAIN, speech)
        return self._conflict(np.minimum(_ONE, mixed)[:, None])[:, 0]

    def mixed(self, layers: Sequence[tuple[F32, F32]], rows: int) -> F32:
        """w_1 f_1 + w_2 f_2 + ... row by row, held to 1, without conflicts."""
        mixed = np.zeros((rows, len(self.tables.channels)), dtype=np.float32)
        for weights, faces in layers:
            mixed = mixed + weights[:, None] * faces
        return resolved(self._conflict, np.minimum(_ONE, mixed))

    def compose(self, face: F32, visemes: F32) -> F32:
        """The lips' visemes on top; the more they seal the lips, the less the face parts them."""
        rows = (-1, len(self.tables.channels))
        below, spoken = face.reshape(rows), visemes.reshape(rows)
        return composed(self.tables, self._conflict, below, spoken).reshape(face.shape)

    def timed(self, faces: F32, gain: F32, offset: F32) -> F32:
        """conflict(clamp01(gain * f + offset)), a style's arithmetic with a style a row."""
        styled = np.minimum(_ONE, np.maximum(np.float32(0.0), gain * faces + offset))
        return resolved(self._conflict, styled)

    def load_kernels(self) -> None:
        """Load the kernels for plain and styled faces; may compile them."""
        labels, vads = np.zeros(0, dtype=np.int32), np.zeros((0, 3), dtype=np.float32)
        out = np.zeros((0, len(self.tables.channels)), dtype=np.float32)
        for styles in (None, labels):
            self.faces_by_kernels(labels, vads, styles, None, out, 1)

    def numpy_path(self, label: int, style: int) -> NumpyPath:
        """The NumPy path of a label in a style, made once."""
        found = self._numpy_paths.get((label, style))
        if found is None:
            plan = make_plan(self.tables, label, style)
            found = NumpyPath.of(plan, len(self.tables.channels))
            self._numpy_paths[label, style] = found
        return found

    def _variants(self, labels: I32, styles: I32 | None) -> I32:
        """Positions in the program: of labels, or of every label plain and then in its styles."""
        if styles is None:
            return labels
        variants: I32 = self._first[labels] + styles + np.int32(1)
        return variants

    def _make_batch(self, *, styled: bool) -> Batch:
        from mien.engine.e1.batch import Batch
        from mien.engine.e1.program import make_program

        variants = [
            (label, style)
            for label, table in enumerate(self.tables.labels)
            for style in range(PLAIN, len(table.styles) if styled else 0)
        ]
        plans = [make_plan(self.tables, label, style) for label, style in variants]
        channels = len(self.tables.channels)
        return Batch(make_program(plans, channels), channels)


@has_twin("mien.engine.e1.compose_kernels")
def resolved(conflict: Conflict, faces: F32) -> F32:
    """Faces (n, C) without conflicts."""
    return np.ascontiguousarray(conflict(np.ascontiguousarray(faces.T)).T)


@has_twin("mien.engine.e1.compose_kernels")
def composed(tables: Tables, conflict: Conflict, faces: F32, visemes: F32) -> F32:
    """See `Evaluator1.compose`; all (n, C)."""
    below, spoken = faces.T.copy(), visemes.T
    seal = np.zeros(spoken.shape[1], dtype=np.float32)
    for channel, level in zip(tables.sealing, tables.sealing_levels, strict=True):
        seal = np.maximum(seal, spoken[channel] / level)
    if seal.any():
        below[tables.parting] = below[tables.parting] * (_ONE - np.minimum(_ONE, seal))
    shown = np.minimum(_ONE, np.maximum(np.float32(0.0), below + spoken))
    return resolved.plain(conflict, shown.T)
