"""The face of a label along a path: a function of label, VAD point and speech alone."""

from __future__ import annotations

import numpy as np

from mien.bank import Bank
from mien_trainer.expression.style import worn_styles
from mien_trainer.frames import F32


def expression_track(bank: Bank, label: str, path: F32, speech: F32) -> F32:
    """Faces (N, 52) in [0, 1] at a path (N, 3), made way for speech (N,) in [0, 1].

    Antagonists of a plain face and of the style that it wears in part may meet; `Bank.compose`
    takes them apart. ``label`` is one of the bank's.

    Raises:
        QueryError: a value is out of range.
        TrainerError: the label's styles have no place of their own.
    """
    labels = np.full(len(path), bank.labels.index(label), dtype=np.int32)
    faces = bank.faces(labels, path, speech=speech)
    styles, weights = worn_styles(bank, label, path)
    worn = np.flatnonzero(weights)
    if len(worn):
        styled = bank.faces(labels[worn], path[worn], style=styles[worn], speech=speech[worn])
        share = weights[worn, None]
        mixed = (np.float32(1.0) - share) * faces[worn] + share * styled
        faces[worn] = np.minimum(np.float32(1.0), mixed)
    return faces
