"""What a linear reader that has not seen a text makes of its labels: softer targets.

Labels that people gave are noisy. The reader is fitted to all texts but a part, and asked about
that part.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from mien.reading.weights import F32
from mien_trainer.reader.fit import Counts, fit, rows_of
from mien_trainer.reader.recipe import FeatureChoice, Fit

_ALL = FeatureChoice(least=2, most=1 << 30)


def unseen_logits(
    texts: Sequence[str],
    counts: Sequence[Counts],
    targets: F32,
    settings: Fit,
    folds: int,
    seed: int,
    step: Callable[[], None],
) -> F32:
    """Logits (n, K) for texts with targets (n, K), each by a reader that has not seen the text."""
    said = np.zeros(targets.shape, dtype=np.float32)
    fold = np.array([zlib.crc32(text.encode()) % folds for text in texts])
    for one in range(folds):
        seen: list[int] = np.flatnonzero(fold != one).tolist()
        held: list[int] = np.flatnonzero(fold == one).tolist()
        ones, labels = np.ones(len(seen), dtype=np.float32), targets.shape[1]
        learnt = [counts[i] for i in seen]
        model = fit(learnt, targets[seen], ones, labels, _ALL, settings, seed, step)
        rows = rows_of([counts[i] for i in held], model.features)
        for k, i in enumerate(held):
            here = slice(rows.starts[k], rows.starts[k + 1])
            said[i] = model.bias + rows.values[here] @ model.weights[rows.columns[here]]
    return said
