"""The file of a linear reader: one safetensors file, with the digests of what it was made from.

Tensors are float32 or int32, as in artifacts: feature numbers are unsigned 32-bit numbers in int32
words, ascending; weights are signed bytes, four in a word, lowest first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.artifact.container import Array, json_object, little_endian, pack, unpack
from mien.errors import ArtifactError
from mien.text.canonical import canonical
from mien.text.regular_file import FileKind
from mien.versions import schema_name

if TYPE_CHECKING:
    from mien.text.node import Plain

READER = FileKind("a reader (.safetensors)", 64 << 20)

SCRIPTS = ("latin", "hangul")
"""Texts are calibrated apart by the script of most of their words."""

AXES = 3
KNOTS = 17
"""A curve of confidence over raw probability has so many points, evenly from 0 to 1."""

QUANTILES = 9
"""How strong texts of a label are, at the tenths of their number, 0.1 to 0.9."""

_TEXTS = ("name", "version", "bank", "neutral", "licence")
_LISTS = ("labels", "credits")

F32 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int8]
U32 = npt.NDArray[np.uint32]


@frozen(kw_only=True, eq=False)
class Facts:
    """What readers of every kind say of themselves, and what their raw numbers mean.

    For L labels and S = `SCRIPTS`: ``confidence`` (S, KNOTS) in [0, 1]; ``thresholds`` (S, L): from
    which probability on a label counts as one of several; ``direction`` (L, 3): what makes a text
    of the label strong; ``quantiles`` (L, QUANTILES) ascending.
    """

    name: str
    version: str
    bank: str
    labels: tuple[str, ...]
    neutral: str
    made_from: Mapping[str, str]
    licence: str
    credits: tuple[str, ...]
    confidence: F32
    thresholds: F32
    direction: F32
    quantiles: F32


@frozen(kw_only=True, eq=False)
class Weights(Facts):
    """A linear reader's numbers, for n features and L labels.

    ``features`` (n,) ascending; ``table`` (n, L + 3) the weight of each for each label's logit and
    for valence, arousal and dominance; ``scale`` and ``bias`` (L + 3,).
    """

    features: U32
    table: I8
    scale: F32
    bias: F32


CALIBRATION = ("confidence", "direction", "quantiles", "thresholds")
_NUMBERS = ("bias", *CALIBRATION, "scale")


def weights_bytes(weights: Weights) -> bytes:
    """The whole file: the same weights give the same bytes."""
    tensors: dict[str, Array] = {name: getattr(weights, name) for name in _NUMBERS}
    tensors |= {"features": weights.features.view(np.int32), "table": packed(weights.table)}
    return pack(tensors, canonical(metadata_of(weights, "reader-weights", tensors)))


def read_weights(data: bytes) -> Weights:
    """The reader in the bytes of a file.

    Raises:
        ArtifactError: the bytes are none, or they are damaged.
    """
    tensors, text = unpack(data)
    facts = json_object(text, "the metadata")
    wanted = schema_name("reader-weights")
    if facts.get("schema") != wanted:
        raise ArtifactError(f"schema is {facts.get('schema')}, expected {wanted}")
    shown = _shapes_fault(tensors, facts)
    if shown:
        raise ArtifactError(shown)
    weights = _weights(tensors, facts)
    if weights_bytes(weights) != data:
        raise ArtifactError("damaged, or not written by mien: its digest is another")
    _require_ranges(weights)
    return weights


def _weights(tensors: Mapping[str, Array], facts: Mapping[str, object]) -> Weights:
    facts_of = facts_from(tensors, facts)
    return Weights(
        **facts_of,
        features=np.ascontiguousarray(tensors["features"]).view(np.uint32),
        table=unpacked(tensors["table"], len(facts_of["labels"]) + AXES),
        scale=cast("F32", tensors["scale"]),
        bias=cast("F32", tensors["bias"]),
    )


def packed(table: I8) -> npt.NDArray[np.int32]:
    """Rows of signed bytes as rows of words, four in each, padded with 0."""
    padded = np.ascontiguousarray(np.pad(table, ((0, 0), (0, -len(table[0]) % 4))))
    return padded.view("<i4").astype(np.int32)


def unpacked(words: Array, width: int) -> I8:
    """The first ``width`` bytes of each row of `packed` words."""
    table = np.ascontiguousarray(words.astype("<i4")).view(np.int8)
    return np.ascontiguousarray(table[:, :width])


def facts_from(tensors: Mapping[str, Array], facts: Mapping[str, object]) -> dict[str, Any]:
    """The fields of `Facts` that checked metadata and tensors hold."""
    return {
        **{name: str(facts[name]) for name in _TEXTS},
        **{name: tuple(cast("list[str]", facts[name])) for name in _LISTS},
        "made_from": cast("dict[str, str]", facts["made_from"]),
        **{name: cast("F32", tensors[name]) for name in CALIBRATION},
    }


def metadata_of(
    weights: Facts, kind: str, tensors: Mapping[str, Array], more: Mapping[str, Plain] | None = None
) -> dict[str, Plain]:
    """The metadata of a reader of a kind: its facts, those of its kind alone, and digests."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(little_endian(tensors[name]))
    found: dict[str, Plain] = {
        "schema": schema_name(kind),
        "name": weights.name,
        "version": weights.version,
        "bank": weights.bank,
        "labels": list(weights.labels),
        "neutral": weights.neutral,
        "scripts": list(SCRIPTS),
        "made_from": dict(weights.made_from),
        "licence": weights.licence,
        "credits": list(weights.credits),
        **(more or {}),
        "sha256": digest.hexdigest(),
    }
    # The digest covers the tensors; this covers the rest, so that no damage goes unseen.
    found["checksum"] = hashlib.sha256(canonical(found).encode()).hexdigest()
    return found


def facts_fault(facts: Mapping[str, object]) -> str:
    """What of the metadata that all kinds have does not fit, or nothing."""
    wrong = next((key for key in _TEXTS if not isinstance(facts.get(key), str)), None)
    if wrong is not None:
        return f"metadata: '{wrong}' is not a text"
    for key in _LISTS:
        if not texts_in(facts.get(key)):
            return f"metadata: '{key}' is not a list of texts"
    made_from = facts.get("made_from")
    if not isinstance(made_from, dict) or not all(
        isinstance(one, str) for one in cast("dict[str, object]", made_from).values()
    ):
        return "metadata: 'made_from' is not an object of texts"
    labels = cast("list[str]", facts["labels"])
    if not labels or len(set(labels)) != len(labels) or facts["neutral"] not in labels:
        return "metadata: expected distinct labels, and the neutral one among them"
    return ""


def texts_in(value: object) -> bool:
    """Whether a value of JSON is a list of texts."""
    return isinstance(value, list) and all(
        isinstance(one, str) for one in cast("list[object]", value)
    )


def calibration_shapes(labels: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the tensors that say what raw numbers mean."""
    return {
        "confidence": (len(SCRIPTS), KNOTS),
        "direction": (labels, AXES),
        "quantiles": (labels, QUANTILES),
        "thresholds": (len(SCRIPTS), labels),
    }


def _shapes_fault(tensors: Mapping[str, Array], facts: Mapping[str, object]) -> str:
    """What of the metadata or of the tensors' types and shapes does not fit, or nothing."""
    wrong = facts_fault(facts)
    if wrong:
        return wrong
    count = len(cast("list[str]", facts["labels"]))
    rows = tensors["features"].shape[:1] if "features" in tensors else ()
    expected: dict[str, tuple[int, ...]] = {
        "bias": (count + AXES,),
        **calibration_shapes(count),
        "features": rows,
        "scale": (count + AXES,),
        "table": (*rows, -(-(count + AXES) // 4)),
    }
    return tensors_fault(tensors, expected, ("features", "table"))


def tensors_fault(
    tensors: Mapping[str, Array], expected: Mapping[str, tuple[int, ...]], whole: Container[str]
) -> str:
    """What of the tensors' types and shapes is not as expected; those of ``whole`` are int32."""
    for name, shape in expected.items():
        if name not in tensors or tensors[name].shape != shape or not shape:
            return f"tensor {name}: expected {shape}"
        kind = np.int32 if name in whole else np.float32
        if tensors[name].dtype != kind:
            return f"tensor {name}: expected {np.dtype(kind).name}"
    extra = sorted(set(tensors) - set(expected))
    return f"unknown tensor {extra[0]}" if extra else ""


def _require_ranges(weights: Weights) -> None:
    """See that no text can make numbers that are none: every number finite and in its range."""
    require_ranges(weights, {name: getattr(weights, name) for name in _NUMBERS})
    if not bool(np.all(weights.features[1:] > weights.features[:-1])):
        raise ArtifactError("tensor features: expected ascending numbers")


def require_ranges(weights: Facts, numbers: Mapping[str, F32]) -> None:
    """See that numbers are finite and in their ranges, and that quantiles ascend.

    Raises:
        ArtifactError: one is not.
    """
    for name, values in numbers.items():
        least, most = (0.0, 1.0) if name in ("confidence", "thresholds") else (-1e6, 1e6)
        if not bool(np.all((values >= least) & (values <= most))):
            raise ArtifactError(f"tensor {name}: a number outside [{least:g}, {most:g}]")
    if not bool(np.all(weights.quantiles[:, 1:] >= weights.quantiles[:, :-1])):
        raise ArtifactError("tensor quantiles: expected ascending rows")
