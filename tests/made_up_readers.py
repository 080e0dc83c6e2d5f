"""A small transformer of random numbers, for tests of what reads with one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.reading.pieces import SPECIAL, Vocabulary
from mien.reading.released import find_reader
from mien.reading.transformer_weights import Bytes, Shape, TransformerWeights
from mien.reading.weights import AXES, CALIBRATION, Weights, read_weights

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ("good", "so", "they", "happy", "##ly", "##ing", "!", "?", "!!", ".", ",", "…", "'")
KOREAN = ("좋", "##아", "정말", "##말", "않", "##다")
VOCABULARY = Vocabulary(
    (*SPECIAL, *LETTERS, *(f"##{one}" for one in LETTERS), *WORDS, *KOREAN, "🙂", "😂", ":)")
)
LINEAR: Weights = read_weights(find_reader("linear").path.read_bytes())


def made_up_transformer(
    *, linear: bool, seed: int = 0, shape: Shape | None = None, loud: float = 1.0
) -> TransformerWeights:
    """Random numbers in the form of a transformer for the labels of the default bank."""
    random = np.random.default_rng(seed)
    shape = shape or Shape(passes=3, heads=2, reach=4, longest=24)
    embedding, hidden, feed, pool = 6, 8, 10, 7
    outputs = len(LINEAR.labels) + AXES + 2

    def numbers(*size: int, about: float = 0.0) -> npt.NDArray[np.float32]:
        return (about + random.standard_normal(size) * loud / 4.0).astype(np.float32)

    def matrix(rows: int, columns: int) -> Bytes:
        values = random.integers(-127, 128, (rows, columns)).astype(np.int8)
        scale = random.uniform(0.5, 1.5, rows) * loud / (60.0 * columns**0.5)
        return Bytes(values, scale.astype(np.float32))

    sizes = {
        "project": (hidden, embedding),
        "inward": (3 * hidden, hidden),
        "outward": (hidden, hidden),
        "widen": (feed, hidden),
        "narrow": (hidden, feed),
        "pool": (pool, 2 * hidden),
        "head": (outputs, pool),
    }
    return TransformerWeights(
        name="made-up",
        version="0.1.0",
        bank=LINEAR.bank,
        labels=LINEAR.labels,
        neutral=LINEAR.neutral,
        made_from=LINEAR.made_from,
        licence="MIT",
        credits=("made up",),
        **{name: getattr(LINEAR, name) for name in CALIBRATION},
        shape=shape,
        corpora={"forum": ("glad", "dull")},
        vocabulary=VOCABULARY,
        matrices={
            "embedding": matrix(len(VOCABULARY.pieces), embedding),
            **{name: matrix(*size) for name, size in sizes.items()},
        },
        vectors={
            "embedding_norm": numbers(embedding, about=1.0),
            "attention_norm": numbers(shape.passes, hidden, about=1.0),
            "feed_norm": numbers(shape.passes, hidden, about=1.0),
            "last_norm": numbers(hidden, about=1.0),
            "distance": numbers(shape.heads, 2 * shape.reach + 1),
            **{f"{name}.bias": numbers(size[0]) for name, size in sizes.items()},
        },
        linear=LINEAR if linear else None,
    )
