"""A linear model of sparse features: logistic for labels, least squares for VAD, by AdaGrad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.reading.features import features_of
from mien.reading.tokens import normal, tokens_of
from mien_trainer.reader.recipe import FeatureChoice, Fit

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Counts = dict[int, int]
"""A text's features with what they count."""


@frozen(kw_only=True, eq=False)
class Rows:
    """n texts as sparse rows: those of text i are ``[starts[i], starts[i + 1])``."""

    starts: I64
    columns: I32
    values: F32


@frozen(kw_only=True, eq=False)
class Model:
    """Features (f,) ascending, their weights (f, K) and the bias (K,)."""

    features: npt.NDArray[np.uint32]
    weights: F32
    bias: F32


def counts_of(text: str) -> Counts:
    """The features of a text."""
    plain = normal(text)
    found: Counts = {}
    for feature in features_of(plain, tokens_of(text)):
        found[feature.number] = found.get(feature.number, 0) + feature.count
    return found


def fit(
    texts: Sequence[Counts],
    targets: F32,
    weights: F32,
    labels: int,
    choice: FeatureChoice,
    settings: Fit,
    seed: int,
    step: Callable[[], None],
) -> Model:
    """The model of ``targets`` (n, K), of whose columns the first are ``labels``.

    A target that is not a number teaches nothing. Fitted twice: first on all features that are in
    enough texts, then on those that moved most. ``step`` is called after every round.
    """
    seen = Counter(number for counts in texts for number in counts)
    kept = np.array(sorted(k for k, n in seen.items() if n >= choice.least), dtype=np.uint32)
    model = _fitted(texts, targets, weights, labels, kept, settings, seed, step)
    if len(kept) > choice.most:
        often = np.array([seen[int(number)] for number in kept], dtype=np.float64)
        moved = np.abs(model.weights).max(axis=1) * np.sqrt(often)
        best = np.sort(np.argsort(-moved, kind="stable")[: choice.most])
        model = _fitted(texts, targets, weights, labels, kept[best], settings, seed, step)
    return model


def rows_of(texts: Sequence[Counts], features: npt.NDArray[np.uint32]) -> Rows:
    """Texts as rows of length 1 or, where the model lacks some of their features, less."""
    place = {int(number): i for i, number in enumerate(features)}
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    columns: list[int] = []
    values: list[float] = []
    for i, counts in enumerate(texts):
        length = sum(count * count for count in counts.values()) ** 0.5
        for number, count in counts.items():
            if number in place:
                columns.append(place[number])
                values.append(count / length)
        starts[i + 1] = len(columns)
    return Rows(
        starts=starts,
        columns=np.array(columns, dtype=np.int32),
        values=np.array(values, dtype=np.float32),
    )


def _fitted(
    texts: Sequence[Counts],
    targets: F32,
    weights: F32,
    labels: int,
    features: npt.NDArray[np.uint32],
    settings: Fit,
    seed: int,
    step: Callable[[], None],
) -> Model:
    rows = rows_of(texts, features)
    width = targets.shape[1]
    table = np.zeros((len(features), width), dtype=np.float32)
    squares = np.full_like(table, settings.start)
    bias = np.zeros(width, dtype=np.float32)
    bias_squares = np.full(width, settings.start, dtype=np.float32)
    share = (np.nan_to_num(targets[:, :labels]) * weights[:, None]).sum(axis=0) / weights.sum()
    rare = (np.maximum(0.1 / np.maximum(share, 1e-6), 1.0) ** settings.rare).astype(np.float32)
    generator = np.random.default_rng(seed)
    rate, decay = np.float32(settings.rate), np.float32(settings.decay)
    for _ in range(settings.rounds):
        for i in generator.permutation(len(texts)):
            here = slice(rows.starts[i], rows.starts[i + 1])
            columns, values = rows.columns[here], rows.values[here]
            old = table[columns]
            said = (bias + values @ old).astype(np.float32, copy=False)
            slope = _slope(said, targets[i], rare) * weights[i]
            bias_squares += slope * slope
            bias -= rate * slope / np.sqrt(bias_squares)
            move = values[:, None] * slope + decay * old
            square = squares[columns] + move * move
            squares[columns] = square
            table[columns] = old - rate * move / np.sqrt(square)
        step()
    return Model(features=features, weights=table, bias=bias)


def _slope(said: F32, target: F32, rare: F32) -> F32:
    """The slope of the loss of one text (K,): logistic for labels, least squares for the others."""
    labels = len(rare)
    slope = said - target
    slope[:labels] = (1.0 / (1.0 + np.exp(-said[:labels])) - target[:labels]) * (
        1.0 + (rare - 1.0) * target[:labels]
    )
    untold: F32 = np.where(np.isnan(target), np.float32(0.0), slope)
    return untold
