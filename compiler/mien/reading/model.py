"""The kinds of readers: their files, and what each makes of a text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen

from mien.artifact.container import json_object, unpack
from mien.errors import ArtifactError
from mien.reading.features import features_of
from mien.reading.linear import Scores, scores_of, weight_of
from mien.reading.tokens import Token, normal
from mien.reading.transformer_weights import TransformerWeights, read_transformer
from mien.reading.weights import READER, Facts, Weights, read_weights
from mien.text.regular_file import read_regular
from mien.versions import schema_name


class Model(Protocol):
    """A reader's numbers, ready to read; ``exact`` where they give the same bits everywhere."""

    @property
    def weights(self) -> Facts:
        """What it says of itself."""
        ...

    @property
    def exact(self) -> bool:
        """Whether it gives the same bits on every machine."""
        ...

    def scores(self, text: str, tokens: Sequence[Token]) -> Scores:
        """The scores of a text, whose tokens are given."""
        ...

    def moves(self, text: str, tokens: Sequence[Token], label: int) -> list[float]:
        """By how much each token moves the logit of a label."""
        ...


@frozen
class LinearModel:
    """A linear reader."""

    weights: Weights
    exact: bool = True

    def scores(self, text: str, tokens: Sequence[Token]) -> Scores:
        """As `Model.scores`."""
        return scores_of(self.weights, features_of(normal(text), tokens))

    def moves(self, text: str, tokens: Sequence[Token], label: int) -> list[float]:
        """The share of each token in the weights of the features that it is part of."""
        found = [0.0] * len(tokens)
        square = 0
        for feature in features_of(normal(text), tokens):
            square += feature.count * feature.count
            share = weight_of(self.weights, feature, label) / (feature.last - feature.first + 1)
            for i in range(feature.first, feature.last + 1):
                found[i] += share
        length = float(max(square, 1)) ** 0.5
        return [move / length for move in found]


def read_model(source: Path | bytes) -> Model:
    """The reader in a file, or in the bytes of one, whichever kind it is.

    Raises:
        ArtifactError: the bytes are none, or they are damaged.
        OSError: the file cannot be read.
    """
    if isinstance(source, Path):
        try:
            return read_model(read_regular(source, READER))
        except ArtifactError as error:
            raise ArtifactError(f"{source}: {error}", error.code) from None
    schema = json_object(unpack(source)[1], "the metadata").get("schema")
    if schema == schema_name("transformer-weights"):
        return model_of(read_transformer(source))
    if schema != schema_name("reader-weights"):
        known = " or ".join(map(schema_name, ("reader-weights", "transformer-weights")))
        raise ArtifactError(f"schema is {schema}, expected {known}")
    return model_of(read_weights(source))


def model_of(weights: Facts) -> Model:
    """The model of the numbers in a reader's file."""
    if isinstance(weights, TransformerWeights):
        from mien.reading.transformer import TransformerModel

        return TransformerModel(weights)
    if isinstance(weights, Weights):
        return LinearModel(weights)
    raise ArtifactError(f"no reader of {type(weights).__name__}")


def vocabulary_sha256(weights: Facts) -> str:
    """The digest of the features or pieces that a reader knows."""
    known = b""
    if isinstance(weights, Weights):
        known = weights.features.astype("<u4").tobytes()
    elif isinstance(weights, TransformerWeights):
        known = "\n".join(weights.vocabulary.pieces).encode()
    return hashlib.sha256(known).hexdigest()
