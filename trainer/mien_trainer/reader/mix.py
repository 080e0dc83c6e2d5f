"""How two readers' logits are weighed against each other, by label, on texts kept apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_PULL = 40.0
"""How strongly weights are pulled to a half each, and the bias to 0: as so many texts would."""

_STEPS = 30


@frozen(kw_only=True, eq=False)
class Mix:
    """By label (L,): what is taken of each logit, and what is added."""

    transformer: F64
    linear: F64
    bias: F64


def mix_of(transformer: F64, linear: F64, truth: Flags) -> Mix:
    """The mix of logits (n, L) that makes ``truth`` (n, L) likeliest, by Newton's method."""
    found = np.tile((0.5, 0.5, 0.0), (truth.shape[1], 1))
    for label in range(truth.shape[1]):
        terms = np.stack((transformer[:, label], linear[:, label], np.ones(len(truth))), axis=-1)
        wanted = found[label].copy()
        for _ in range(_STEPS):
            said = 1.0 / (1.0 + np.exp(-terms @ found[label]))
            slope = terms.T @ (said - truth[:, label]) + _PULL * (found[label] - wanted)
            bend = (terms * (said * (1.0 - said))[:, None]).T @ terms + _PULL * np.eye(3)
            found[label] -= np.linalg.solve(bend, slope)
    weights = np.maximum(found[:, :2], 0.0)
    return Mix(transformer=weights[:, 0], linear=weights[:, 1], bias=found[:, 2])
