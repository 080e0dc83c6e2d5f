"""What raw numbers mean: confidence, thresholds of several labels, and how strong texts are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.bank import Bank
from mien.reading.weights import KNOTS, QUANTILES

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_FEW = 30
"""With fewer texts of a label, its quantiles are those of all texts."""

_TRIES = 120
_STEPS = 50
_RIDGE = 1e-3


def confidence_curve(top: F64, right: Flags) -> F32:
    """How often the top label is right (KNOTS,), by its raw probability, evenly from 0 to 1.

    A logistic curve of the raw logit and its square, fitted by Newton's method with a little pull
    to 0; it never falls.
    """
    if not len(top):
        return np.linspace(0.0, 1.0, KNOTS).astype(np.float32)
    coefficients = _logistic(_terms(top), right.astype(np.float64))
    knots = np.linspace(0.0, 1.0, KNOTS)
    curve = 1.0 / (1.0 + np.exp(-_terms(knots) @ coefficients))
    return np.maximum.accumulate(curve).astype(np.float32)


def best_thresholds(probabilities: F64, truth: Flags) -> F32:
    """For each label (L,) the probability from which on F1 is best; 0.5 where there is no text."""
    found = np.full(probabilities.shape[1], 0.5)
    for label in range(probabilities.shape[1]):
        if not truth[:, label].any():
            continue
        ways = np.quantile(probabilities[:, label], np.linspace(0.3, 0.999, _TRIES))
        scores = [f1(probabilities[:, label] >= way, truth[:, label]) for way in ways]
        found[label] = ways[int(np.argmax(scores))]
    return found.astype(np.float32)


def f1(said: Flags, truth: Flags) -> float:
    """The harmonic mean of precision and recall; 0 where nothing is said and nothing true."""
    together = int(said.sum() + truth.sum())
    return 2.0 * float((said & truth).sum()) / together if together else 0.0


def directions(bank: Bank) -> F32:
    """For each label (L, 3) the way from its weakest to its strongest anchor, in the metric."""
    found = np.zeros((len(bank.labels), 3))
    metric = bank.tables.metric.astype(np.float64)
    for i, label in enumerate(bank.labels):
        low = bank.anchor(label, bank.intensities[0]).astype(np.float64)
        high = bank.anchor(label, bank.intensities[-1]).astype(np.float64)
        way = (high - low) * metric
        length = float(np.sqrt((way * way).sum()))
        found[i] = way / length if length > 0.0 else (0.0, 1.0, 0.0)
    return found.astype(np.float32)


def quantiles_of(vad: F64, top: npt.NDArray[np.int64], ways: F32) -> F32:
    """How far texts of each label go along its way, at tenths of their number (L, QUANTILES)."""
    tenths = np.linspace(0.1, 0.9, QUANTILES)
    found = np.zeros((len(ways), QUANTILES))
    for label, way in enumerate(ways.astype(np.float64)):
        far = vad @ way
        own = far[top == label]
        found[label] = np.quantile(own if len(own) >= _FEW else far, tenths)
    return np.maximum.accumulate(found, axis=1).astype(np.float32)


def _terms(probability: F64) -> F64:
    inside = np.clip(probability, 0.01, 0.99)
    logit = np.log(inside / (1.0 - inside))
    return np.stack((np.ones_like(logit), logit, logit * logit), axis=-1)


def _logistic(terms: F64, truth: F64) -> F64:
    coefficients = np.zeros(terms.shape[1])
    ridge = _RIDGE * len(terms) * np.diag([0.0, 0.0, 1.0]) + 1e-9 * np.eye(3)
    for _ in range(_STEPS):
        said = 1.0 / (1.0 + np.exp(-terms @ coefficients))
        slope = terms.T @ (said - truth) + ridge @ coefficients
        bend = (terms * (said * (1.0 - said))[:, None]).T @ terms + ridge
        coefficients = coefficients - np.linalg.solve(bend, slope)
    return coefficients
