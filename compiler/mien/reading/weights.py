"""The file of a linear reader: one safetensors file, with the digests of what it was made from.

Tensors are float32 or int32, as in artifacts: feature numbers are unsigned 32-bit numbers in int32
words, ascending; weights are signed bytes, four in a word, lowest first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.artifact.container import Array, json_object, little_endian, pack, unpack
from mien.errors import ArtifactError
from mien.text.canonical import canonical
from mien.text.regular_file import FileKind, read_regular
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

F32 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int8]
U32 = npt.NDArray[np.uint32]


@frozen(kw_only=True, eq=False)
class Weights:
    """A linear reader's numbers, for n features, L labels and S = `SCRIPTS`.

    ``features`` (n,) ascending; ``table`` (n, L + 3) the weight of each for each label's logit and
    for valence, arousal and dominance; ``scale`` and ``bias`` (L + 3,); ``confidence``
    (S, KNOTS) in [0, 1]; ``thresholds`` (S, L): from which probability on a label counts as one of
    several; ``direction`` (L, 3): what makes a text of the label strong; ``quantiles``
    (L, QUANTILES) ascending.
    """

    name: str
    version: str
    bank: str
    labels: tuple[str, ...]
    neutral: str
    made_from: Mapping[str, str]
    licence: str
    credits: tuple[str, ...]
    features: U32
    table: I8
    scale: F32
    bias: F32
    confidence: F32
    thresholds: F32
    direction: F32
    quantiles: F32


_NUMBERS = ("bias", "confidence", "direction", "quantiles", "scale", "thresholds")


def weights_bytes(weights: Weights) -> bytes:
    """The whole file: the same weights give the same bytes."""
    tensors: dict[str, Array] = {name: getattr(weights, name) for name in _NUMBERS}
    tensors["features"] = weights.features.view(np.int32)
    width = -len(weights.table[0]) % 4
    padded = np.ascontiguousarray(np.pad(weights.table, ((0, 0), (0, width))))
    tensors["table"] = padded.view("<i4").astype(np.int32)
    return pack(tensors, canonical(_metadata(weights, tensors)))


def read_weights(source: Path | bytes) -> Weights:
    """The reader in a file, or in the bytes of one.

    Raises:
        ArtifactError: the bytes are none, or they are damaged.
        OSError: the file cannot be read.
    """
    if isinstance(source, Path):
        try:
            return read_weights(read_regular(source, READER))
        except ArtifactError as error:
            raise ArtifactError(f"{source}: {error}", error.code) from None
    tensors, text = unpack(source)
    facts = json_object(text, "the metadata")
    wanted = schema_name("reader-weights")
    if facts.get("schema") != wanted:
        raise ArtifactError(f"schema is {facts.get('schema')}, expected {wanted}")
    shown = _shapes_fault(tensors, facts)
    if shown:
        raise ArtifactError(shown)
    weights = _weights(tensors, facts)
    if weights_bytes(weights) != source:
        raise ArtifactError("damaged, or not written by mien: its digest is another")
    _require_ranges(weights)
    return weights


def _weights(tensors: Mapping[str, Array], facts: Mapping[str, object]) -> Weights:
    labels = tuple(cast("list[str]", facts["labels"]))
    packed = np.ascontiguousarray(tensors["table"].astype("<i4")).view(np.int8)
    numbers = {name: cast("F32", tensors[name]) for name in _NUMBERS}
    return Weights(
        name=str(facts["name"]),
        version=str(facts["version"]),
        bank=str(facts["bank"]),
        labels=labels,
        neutral=str(facts["neutral"]),
        made_from=cast("dict[str, str]", facts["made_from"]),
        licence=str(facts["licence"]),
        credits=tuple(cast("list[str]", facts["credits"])),
        features=np.ascontiguousarray(tensors["features"]).view(np.uint32),
        table=np.ascontiguousarray(packed[:, : len(labels) + AXES]),
        **numbers,
    )


def _metadata(weights: Weights, tensors: Mapping[str, Array]) -> dict[str, Plain]:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(little_endian(tensors[name]))
    found: dict[str, Plain] = {
        "schema": schema_name("reader-weights"),
        "name": weights.name,
        "version": weights.version,
        "bank": weights.bank,
        "labels": list(weights.labels),
        "neutral": weights.neutral,
        "scripts": list(SCRIPTS),
        "made_from": dict(weights.made_from),
        "licence": weights.licence,
        "credits": list(weights.credits),
        "sha256": digest.hexdigest(),
    }
    # The digest covers the tensors; this covers the rest, so that no damage goes unseen.
    found["checksum"] = hashlib.sha256(canonical(found).encode()).hexdigest()
    return found


def _shapes_fault(tensors: Mapping[str, Array], facts: Mapping[str, object]) -> str:
    """What of the metadata or of the tensors' types and shapes does not fit, or nothing."""
    texts = ("name", "version", "bank", "neutral", "licence")
    wrong = next((key for key in texts if not isinstance(facts.get(key), str)), None)
    if wrong is not None:
        return f"metadata: '{wrong}' is not a text"
    for key in ("labels", "credits"):
        value = facts.get(key)
        if not isinstance(value, list) or not all(
            isinstance(one, str) for one in cast("list[object]", value)
        ):
            return f"metadata: '{key}' is not a list of texts"
    made_from = facts.get("made_from")
    if not isinstance(made_from, dict) or not all(
        isinstance(one, str) for one in cast("dict[str, object]", made_from).values()
    ):
        return "metadata: 'made_from' is not an object of texts"
    labels = cast("list[str]", facts["labels"])
    if not labels or len(set(labels)) != len(labels) or facts["neutral"] not in labels:
        return "metadata: expected distinct labels, and the neutral one among them"
    count, scripts = len(labels), len(SCRIPTS)
    rows = tensors["features"].shape[:1] if "features" in tensors else ()
    expected = {
        "bias": (count + AXES,),
        "confidence": (scripts, KNOTS),
        "direction": (count, AXES),
        "features": rows,
        "quantiles": (count, QUANTILES),
        "scale": (count + AXES,),
        "table": (*rows, -(-(count + AXES) // 4)),
        "thresholds": (scripts, count),
    }
    for name, shape in expected.items():
        if name not in tensors or tensors[name].shape != shape or not shape:
            return f"tensor {name}: expected {shape}"
        kind = np.int32 if name in ("features", "table") else np.float32
        if tensors[name].dtype != kind:
            return f"tensor {name}: expected {np.dtype(kind).name}"
    extra = sorted(set(tensors) - set(expected))
    return f"unknown tensor {extra[0]}" if extra else ""


def _require_ranges(weights: Weights) -> None:
    """See that no text can make numbers that are none: every number finite and in its range."""
    for name in _NUMBERS:
        values: F32 = getattr(weights, name)
        least, most = (0.0, 1.0) if name in ("confidence", "thresholds") else (-1e6, 1e6)
        if not bool(np.all((values >= least) & (values <= most))):
            raise ArtifactError(f"tensor {name}: a number outside [{least:g}, {most:g}]")
    if not bool(np.all(weights.features[1:] > weights.features[:-1])):
        raise ArtifactError("tensor features: expected ascending numbers")
    if not bool(np.all(weights.quantiles[:, 1:] >= weights.quantiles[:, :-1])):
        raise ArtifactError("tensor quantiles: expected ascending rows")
