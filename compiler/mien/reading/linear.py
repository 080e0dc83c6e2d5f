"""The linear reader: whole-number sums over features, then + - * / and sqrt in a written order.

The same bits on every machine, and in the browser: web/reader_linear.js is its twin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mien.exact import exact_exp
from mien.reading.features import Feature
from mien.reading.weights import AXES, KNOTS, Facts, Weights

FARTHEST = 30.0
"""Logits are held to this: beyond, the sigmoid is 0 or 1 to all purposes."""


@frozen
class Scores:
    """What the reader makes of one text.

    ``logits`` and ``probabilities`` are by label; ``vad`` is its estimate, squeezed to the middle
    as such estimates are. ``known`` is how many of the text's features the reader has.
    """

    logits: tuple[float, ...]
    probabilities: tuple[float, ...]
    vad: tuple[float, ...]
    known: int


def scores_of(weights: Weights, features: Sequence[Feature]) -> Scores:
    """The scores of a text by its features; of none, those of the bias."""
    values, known = linear_values(weights, features)
    count = len(weights.labels)
    logits = tuple(min(max(value, -FARTHEST), FARTHEST) for value in values[:count])
    vad = tuple(min(max(value, -1.0), 1.0) for value in values[count:])
    return Scores(logits, sigmoids(logits), vad, known)


def linear_values(weights: Weights, features: Sequence[Feature]) -> tuple[list[float], int]:
    """Logits and VAD before they are held to their ranges, and how many features are known."""
    rows, counts = _rows(weights, features)
    sums = _sums(weights, rows, counts)
    square = sum(feature.count * feature.count for feature in features)
    length = math.sqrt(float(max(square, 1)))
    values = [
        float(bias) + float(total) * float(scale) / length
        for bias, total, scale in zip(
            weights.bias.tolist(), sums, weights.scale.tolist(), strict=True
        )
    ]
    return values, len(rows)


def sigmoids(logits: Sequence[float]) -> tuple[float, ...]:
    """1 / (1 + exp(-x)) of each, by basic operations."""
    return tuple((1.0 / (1.0 + exact_exp([-value for value in logits]))).tolist())


def confidence_of(weights: Facts, script: int, probability: float) -> float:
    """How often a text is one of its top label, whose raw probability is given."""
    return along(weights.confidence[script].tolist(), probability * (KNOTS - 1))


def along(curve: Sequence[float], place: float) -> float:
    """The value of a curve between its points at 0, 1, 2, ..."""
    start = min(int(place), len(curve) - 2)
    share = place - float(start)
    return curve[start] + (curve[start + 1] - curve[start]) * share


def strength_at(weights: Facts, label: int, vad: Sequence[float]) -> float:
    """Where a text stands among those of its label, from 0 (the weakest) to 1."""
    line: list[float] = weights.direction[label].tolist()
    value = line[0] * vad[0] + line[1] * vad[1] + line[2] * vad[2]
    quantiles: list[float] = weights.quantiles[label].tolist()
    last = len(quantiles) - 1
    if value <= quantiles[0]:
        return 0.0
    for i in range(last):
        if value < quantiles[i + 1]:
            share = (value - quantiles[i]) / (quantiles[i + 1] - quantiles[i])
            return (float(i) + share) / float(last)
    return 1.0


def weight_of(weights: Weights, feature: Feature, label: int) -> float:
    """By how much a feature moves the label's logit, before the text's length divides it."""
    rows, counts = _rows(weights, (feature,))
    if not rows:
        return 0.0
    weight, scale = int(weights.table[rows[0], label]), float(weights.scale[label])
    return weight * counts[0] * scale


def _rows(weights: Weights, features: Sequence[Feature]) -> tuple[list[int], list[int]]:
    """The rows of the features that the reader has, with what they count."""
    if not features or not len(weights.features):
        return [], []
    numbers = np.array([feature.number for feature in features], dtype=np.uint32)
    places = np.minimum(np.searchsorted(weights.features, numbers), len(weights.features) - 1)
    there = weights.features[places] == numbers
    rows: list[int] = places[there].tolist()
    kept: list[bool] = there.tolist()
    counts = [one.count for one, found in zip(features, kept, strict=True) if found]
    return rows, counts


def _sums(weights: Weights, rows: list[int], counts: list[int]) -> list[int]:
    width = len(weights.labels) + AXES
    if not rows:
        return [0] * width
    taken = weights.table[rows].astype(np.int64)
    products = taken * np.array(counts, dtype=np.int64)[:, None]
    total: list[int] = products.sum(axis=0).tolist()  # of whole numbers: any order, the same sum
    return total
