"""The file of a reader that is a transformer of shared layers: one safetensors file.

Matrices are signed bytes with a scale a row, packed as in the file of a linear reader; a linear
reader whose logits are added may lie in it too. `mien.reading.transformer` has the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.artifact.container import Array, json_object, pack, unpack, whole_number
from mien.errors import ArtifactError
from mien.reading.pieces import SPECIAL, Vocabulary
from mien.reading.weights import (
    AXES,
    CALIBRATION,
    F32,
    I8,
    Facts,
    Weights,
    calibration_shapes,
    facts_fault,
    facts_from,
    metadata_of,
    packed,
    require_ranges,
    tensors_fault,
    texts_in,
    unpacked,
)
from mien.text.canonical import canonical
from mien.versions import schema_name

if TYPE_CHECKING:
    from mien.text.node import Plain

KIND = "transformer-weights"
MOST_PIECES = 512

F64 = npt.NDArray[np.float64]

MATRICES = ("embedding", "project", "inward", "outward", "widen", "narrow", "pool", "head")
VECTORS = (
    "embedding_norm",
    "attention_norm",
    "feed_norm",
    "last_norm",
    "distance",
    *(f"{name}.bias" for name in MATRICES[1:]),
)
_LINEAR = ("linear.features", "linear.table", "linear.scale", "linear.bias")
_SIZES = ("passes", "heads", "reach", "longest")


@frozen(eq=False)
class Bytes:
    """A matrix (rows, columns) of signed bytes, each row with its scale (rows,)."""

    values: I8
    scale: F32

    def numbers(self) -> F64:
        """The numbers that it stands for."""
        return self.values.astype(np.float64) * self.scale.astype(np.float64)[:, None]


@frozen(kw_only=True)
class Shape:
    """What tensors do not tell: ``passes`` through the same layer, ``heads`` of attention.

    Attention tells distances apart up to ``reach``; ``longest`` pieces of a text are read.
    """

    passes: int
    heads: int
    reach: int
    longest: int


@frozen(kw_only=True, eq=False)
class TransformerWeights(Facts):
    """A transformer's numbers: `MATRICES` and `VECTORS` by name.

    The rows of the head are labels, VAD, and the own labels of each of ``corpora``, by name.
    ``linear`` is a linear reader of the same labels whose logits and VAD are added, or None.
    """

    shape: Shape
    corpora: Mapping[str, tuple[str, ...]]
    vocabulary: Vocabulary
    matrices: Mapping[str, Bytes]
    vectors: Mapping[str, F32]
    linear: Weights | None


def transformer_bytes(weights: TransformerWeights) -> bytes:
    """The whole file: the same weights give the same bytes."""
    tensors: dict[str, Array] = {name: getattr(weights, name) for name in CALIBRATION}
    for name, matrix in weights.matrices.items():
        tensors[name] = packed(matrix.values)
        tensors[f"{name}.scale"] = matrix.scale
    tensors |= weights.vectors
    tensors["pieces"] = _words("\n".join(weights.vocabulary.pieces).encode())
    if weights.linear is not None:
        tensors["linear.features"] = weights.linear.features.view(np.int32)
        tensors["linear.table"] = packed(weights.linear.table)
        tensors["linear.scale"] = weights.linear.scale
        tensors["linear.bias"] = weights.linear.bias
    more: dict[str, Plain] = {
        "shape": {name: getattr(weights.shape, name) for name in _SIZES},
        "corpora": {name: list(own) for name, own in weights.corpora.items()},
    }
    return pack(tensors, canonical(metadata_of(weights, KIND, tensors, more)))


def read_transformer(data: bytes) -> TransformerWeights:
    """The transformer in the bytes of a file.

    Raises:
        ArtifactError: the bytes are none, or they are damaged.
    """
    tensors, text = unpack(data)
    facts = json_object(text, "the metadata")
    wanted = schema_name(KIND)
    if facts.get("schema") != wanted:
        raise ArtifactError(f"schema is {facts.get('schema')}, expected {wanted}")
    wrong = facts_fault(facts) or _more_fault(facts)
    if wrong:
        raise ArtifactError(wrong)
    vocabulary = _vocabulary(tensors)
    wrong = _shapes_fault(tensors, facts, len(vocabulary.pieces))
    if wrong:
        raise ArtifactError(wrong)
    weights = _weights(tensors, facts, vocabulary)
    if transformer_bytes(weights) != data:
        raise ArtifactError("damaged, or not written by mien: its digest is another")
    numbers = {name: cast("F32", one) for name, one in tensors.items() if one.dtype == np.float32}
    require_ranges(weights, numbers)
    if "linear.features" in tensors and not bool(
        np.all(np.diff(tensors["linear.features"].view(np.uint32).astype(np.int64)) > 0)
    ):
        raise ArtifactError("tensor linear.features: expected ascending numbers")
    return weights


def _weights(
    tensors: Mapping[str, Array], facts: Mapping[str, object], vocabulary: Vocabulary
) -> TransformerWeights:
    known = facts_from(tensors, facts)
    shape = Shape(**cast("dict[str, int]", facts["shape"]))
    own = cast("dict[str, list[str]]", facts["corpora"])
    widths = _widths(tensors, len(known["labels"]), own)
    linear = None
    if _LINEAR[0] in tensors:
        linear = Weights(
            **known,
            features=np.ascontiguousarray(tensors["linear.features"]).view(np.uint32),
            table=unpacked(tensors["linear.table"], len(known["labels"]) + AXES),
            scale=cast("F32", tensors["linear.scale"]),
            bias=cast("F32", tensors["linear.bias"]),
        )
    return TransformerWeights(
        **known,
        shape=shape,
        corpora={name: tuple(labels) for name, labels in own.items()},
        vocabulary=vocabulary,
        matrices={
            name: Bytes(
                unpacked(tensors[name], widths[name][1]), cast("F32", tensors[f"{name}.scale"])
            )
            for name in MATRICES
        },
        vectors={name: cast("F32", tensors[name]) for name in VECTORS},
        linear=linear,
    )


def _words(text: bytes) -> npt.NDArray[np.int32]:
    return np.frombuffer(text + b"\0" * (-len(text) % 4), dtype="<i4").astype(np.int32)


def _vocabulary(tensors: Mapping[str, Array]) -> Vocabulary:
    found = tensors.get("pieces")
    if found is None or found.ndim != 1 or found.dtype != np.int32:
        raise ArtifactError("tensor pieces: expected words of text")
    try:
        pieces = found.astype("<i4").tobytes().rstrip(b"\0").decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise ArtifactError("tensor pieces: not UTF-8") from None
    if tuple(pieces[: len(SPECIAL)]) != SPECIAL or len(set(pieces)) != len(pieces):
        raise ArtifactError("tensor pieces: expected the special pieces first, and none twice")
    return Vocabulary(tuple(pieces))


def _more_fault(facts: Mapping[str, object]) -> str:
    shape = facts.get("shape")
    sizes = cast("dict[str, object]", shape) if isinstance(shape, dict) else {}
    for name in _SIZES:
        size = sizes.get(name)
        if whole_number(size) is None or not 1 <= cast("int", size) <= MOST_PIECES:
            return f"metadata: shape: '{name}' is no whole number from 1 to {MOST_PIECES}"
    corpora = facts.get("corpora")
    if len(sizes) != len(_SIZES) or not isinstance(corpora, dict):
        return "metadata: expected a shape of four numbers, and corpora with their labels"
    if not all(texts_in(own) for own in cast("dict[str, object]", corpora).values()):
        return "metadata: 'corpora' is not an object of lists of texts"
    return ""


def _widths(
    tensors: Mapping[str, Array], labels: int, corpora: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, int]]:
    """The rows and columns of each matrix but the embedding's rows, by the biases."""

    def length(name: str) -> int:
        found = tensors.get(name)
        return 0 if found is None or found.ndim != 1 else len(found)

    hidden, wide, pool = length("project.bias"), length("widen.bias"), length("pool.bias")
    embedding = length("embedding_norm")
    outputs = labels + AXES + sum(len(own) for own in corpora.values())
    return {
        "embedding": (0, embedding),
        "project": (hidden, embedding),
        "inward": (3 * hidden, hidden),
        "outward": (hidden, hidden),
        "widen": (wide, hidden),
        "narrow": (hidden, wide),
        "pool": (pool, 2 * hidden),
        "head": (outputs, pool),
    }


def _shapes_fault(tensors: Mapping[str, Array], facts: Mapping[str, object], pieces: int) -> str:
    labels = len(cast("list[str]", facts["labels"]))
    shape = Shape(**cast("dict[str, int]", facts["shape"]))
    widths = _widths(tensors, labels, cast("dict[str, list[str]]", facts["corpora"]))
    widths["embedding"] = (pieces, widths["embedding"][1])
    hidden = widths["project"][0]
    if not all(chain(*widths.values())) or hidden % shape.heads:
        return "expected tensors of a transformer, whose heads part its width"
    expected: dict[str, tuple[int, ...]] = {
        **calibration_shapes(labels),
        "pieces": tensors["pieces"].shape,
        "embedding_norm": (widths["embedding"][1],),
        "attention_norm": (shape.passes, hidden),
        "feed_norm": (shape.passes, hidden),
        "last_norm": (hidden,),
        "distance": (shape.heads, 2 * shape.reach + 1),
    }
    for name, (rows, columns) in widths.items():
        expected[name] = (rows, -(-columns // 4))
        expected[f"{name}.scale"] = (rows,)
        if name != "embedding":
            expected[f"{name}.bias"] = (rows,)
    whole = {*MATRICES, "pieces"}
    if any(name in tensors for name in _LINEAR):
        many = tensors[_LINEAR[0]].shape[:1] if _LINEAR[0] in tensors else ()
        outputs = labels + AXES
        expected |= {
            "linear.features": many,
            "linear.table": (*many, -(-outputs // 4)),
            "linear.scale": (outputs,),
            "linear.bias": (outputs,),
        }
        whole |= {"linear.features", "linear.table"}
    return tensors_fault(tensors, expected, whole)
