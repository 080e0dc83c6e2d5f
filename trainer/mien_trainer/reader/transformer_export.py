"""A trained transformer as numbers for the file of a reader: bytes with a scale a row."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from mien.reading.transformer_weights import MATRICES, VECTORS, Bytes
from mien.reading.weights import F32
from mien_trainer.reader.network import Transformer

_LARGEST = 127


def matrices_of(model: Transformer) -> dict[str, Bytes]:
    """Every matrix, rounded to bytes."""
    return {name: as_bytes(_part(model, name).weight) for name in MATRICES}


def vectors_of(model: Transformer) -> dict[str, F32]:
    """Every other tensor."""
    found: dict[str, F32] = {}
    for name in VECTORS:
        part, dot, _ = name.partition(".")
        tensor = _part(model, part).bias if dot else getattr(model, name)
        found[name] = tensor.detach().numpy().astype(np.float32)
    return found


def as_bytes(matrix: Tensor) -> Bytes:
    """A matrix (rows, columns) in signed bytes."""
    numbers = matrix.detach().numpy().astype(np.float64)
    scale = np.maximum(np.abs(numbers).max(axis=1) / _LARGEST, 1e-12).astype(np.float32)
    values = np.rint(numbers / scale.astype(np.float64)[:, None])
    return Bytes(np.clip(values, -_LARGEST, _LARGEST).astype(np.int8), scale)


def _part(model: Transformer, name: str) -> nn.Linear:
    part: nn.Linear = getattr(model, name)
    return part
