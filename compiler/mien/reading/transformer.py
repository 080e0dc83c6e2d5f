"""The transformer of shared layers, in NumPy: pieces of a text to logits and VAD.

Float64 throughout, and the outputs in whole 1,024ths at the end, so that the order in which a
machine sums, and its exponential, hardly ever show. web/reader_transformer.js is its twin, and
`mien_trainer.reader.network` the module in torch that its numbers come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.reading.features import features_of
from mien.reading.linear import FARTHEST, Scores, linear_values, sigmoids
from mien.reading.pieces import LONG, UNKNOWN, Piece, pieces_of
from mien.reading.tokens import Token, normal
from mien.reading.transformer_weights import MATRICES, TransformerWeights
from mien.reading.weights import AXES

F64 = npt.NDArray[np.float64]

_EPSILON = 1e-6
_STEPS = 1024.0


class TransformerModel:
    """A transformer that is ready to read: its matrices as numbers."""

    exact = False

    def __init__(self, weights: TransformerWeights) -> None:
        self.weights = weights
        turned = {name: weights.matrices[name].numbers().T for name in MATRICES[1:]}
        self._turned: dict[str, F64] = {k: np.ascontiguousarray(one) for k, one in turned.items()}
        self._vectors = {name: one.astype(np.float64) for name, one in weights.vectors.items()}
        shape = weights.shape
        far = np.arange(shape.longest)
        steps = np.clip(far[None, :] - far[:, None], -shape.reach, shape.reach) + shape.reach
        self._distance: F64 = self._vectors["distance"][:, steps]

    def scores(self, text: str, tokens: Sequence[Token]) -> Scores:
        """The scores of a text, whose tokens are given."""
        plain = normal(text)
        pieces = pieces_of(self.weights.vocabulary, plain, tokens, self.weights.shape.longest)
        return self._scores(plain, tokens, pieces)

    def moves(self, text: str, tokens: Sequence[Token], label: int) -> list[float]:
        """By how much each token moves the logit of a label: what is lost without it."""
        plain = normal(text)
        pieces = pieces_of(self.weights.vocabulary, plain, tokens, self.weights.shape.longest)
        whole = self._scores(plain, tokens, pieces).logits[label]
        found = [0.0] * len(tokens)
        for i in dict.fromkeys(piece.token for piece in pieces if piece.token >= 0):
            rest = [*tokens[:i], *tokens[i + 1 :]]
            left = [piece for piece in pieces if piece.token != i]
            found[i] = whole - self._scores(plain, rest, left).logits[label]
        return found

    def outputs(self, numbers: Sequence[int]) -> F64:
        """What the network makes of pieces by their numbers: (K,), in whole 1,024ths."""
        return np.floor(self._forward(np.array(numbers)) * _STEPS + 0.5) / _STEPS

    def _scores(self, plain: str, tokens: Sequence[Token], pieces: Sequence[Piece]) -> Scores:
        weights, count = self.weights, len(self.weights.labels)
        values: list[float] = self.outputs([piece.number for piece in pieces]).tolist()
        if weights.linear is not None:
            more, _ = linear_values(weights.linear, features_of(plain, tokens))
            values = [one + other for one, other in zip(values, more, strict=False)]
        logits = tuple(min(max(value, -FARTHEST), FARTHEST) for value in values[:count])
        vad = tuple(min(max(value, -1.0), 1.0) for value in values[count : count + AXES])
        known = sum(p.token >= 0 and p.number not in (UNKNOWN, LONG) for p in pieces)
        return Scores(logits, sigmoids(logits), vad, known)

    def _forward(self, numbers: npt.NDArray[np.int_]) -> F64:
        w, v, heads = self._turned, self._vectors, self.weights.shape.heads
        embedding = self.weights.matrices["embedding"]
        rows = embedding.values[numbers] * embedding.scale[numbers].astype(np.float64)[:, None]
        x: F64 = _rms(rows, v["embedding_norm"]) @ w["project"] + v["project.bias"]
        many, width = x.shape
        distance = self._distance[:, :many, :many]
        share = math.sqrt(width // heads)
        for turn in range(self.weights.shape.passes):
            y = _rms(x, v["attention_norm"][turn]) @ w["inward"] + v["inward.bias"]
            q, k, said = y.reshape(many, 3, heads, -1).transpose(1, 2, 0, 3)
            seen = q @ k.transpose(0, 2, 1) / share + distance
            seen = np.exp(seen - seen.max(axis=-1, keepdims=True))
            seen /= seen.sum(axis=-1, keepdims=True)
            heard = (seen @ said).transpose(1, 0, 2).reshape(many, width)
            x = x + heard @ w["outward"] + v["outward.bias"]
            wide = _rms(x, v["feed_norm"][turn]) @ w["widen"] + v["widen.bias"]
            wide = np.square(np.maximum(wide, 0.0))
            x = x + wide @ w["narrow"] + v["narrow.bias"]
        x = _rms(x, v["last_norm"])
        pooled = np.concatenate((x.mean(axis=0), x.max(axis=0)))
        hidden: F64 = np.maximum(pooled @ w["pool"] + v["pool.bias"], 0.0)
        return hidden @ w["head"] + v["head.bias"]


def _rms(x: F64, gain: F64) -> F64:
    scaled: F64 = x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + _EPSILON) * gain
    return scaled
