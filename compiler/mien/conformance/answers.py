"""A bank's answers by one of the compiler's ways of computing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.bank import Bank
from mien.conformance.queries import Queries
from mien.engine.e1.evaluate import Evaluator1
from mien.engine.tables import F32, I32, Tables

NUMPY = "numpy"
NUMBA = "numba"


def answer(tables: Tables, queries: Queries, way: str, threads: int) -> Mapping[str, F32]:
    """Kind of question to its answers, one row each, computed by ``way``.

    `plain` asks for all faces without style and speech, `singles` for some of them one by one.
    """
    evaluator = Evaluator1(tables)

    def batch(styles: I32 | None, speech: F32 | None) -> F32:
        labels, vads = queries.face_labels, queries.face_vads
        out = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
        if way == NUMPY:
            evaluator.faces_by_numpy(labels, vads, styles, speech, out)
        else:
            evaluator.faces_by_kernels(labels, vads, styles, speech, out, threads)
        return out

    faces = batch(queries.face_styles, queries.face_speech)
    plain = batch(None, None)
    count = min(len(queries.visemes), len(faces))
    singles = [
        evaluator.face(*question)
        for question in zip(
            queries.face_labels[:count].tolist(),
            queries.face_vads[:count].tolist(),
            queries.face_styles[:count].tolist(),
            queries.face_speech[:count].tolist(),
            strict=True,
        )
    ]
    return {
        "faces": faces,
        "plain": plain,
        "singles": np.stack(singles),
        "mixtures": _mixtures(evaluator, queries),
        "intensities": _points(tables, queries),
        "compositions": evaluator.compose(faces[:count], queries.visemes[:count]),
    }


def _mixtures(evaluator: Evaluator1, queries: Queries) -> F32:
    mixtures = [
        evaluator.mixture([(e, p) for e, p in enumerate(shares) if p > 0], vad, speech)
        for shares, vad, speech in zip(
            queries.mixture_weights,
            queries.mixture_vads.tolist(),
            queries.mixture_speech.tolist(),
            strict=True,
        )
    ]
    return np.stack(mixtures)


def _points(tables: Tables, queries: Queries) -> F32:
    bank = Bank(tables)
    asked = zip(queries.intensity_labels, queries.intensity_values, strict=True)
    return np.stack([bank.point(bank.labels[int(e)], intensity=float(t)) for e, t in asked])
