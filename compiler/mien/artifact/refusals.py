"""Why a file is refused as an artifact: one list of checks, with the words for people.

web/refusals.js is its twin: the reader in JavaScript makes the same checks in the same order and
says the same. A test holds both lists and both readers together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mien.errors import ArtifactError

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "other-sha256": "its sha256 is {found}, expected {expected}",
        "too-short": "{size} bytes: too short to be an artifact",
        "header-length": "not a .safetensors file: it does not begin with the length of a header",
        "header-cut": "cut short: the header ends at byte {end}, the file at {size}",
        "not-json": "{what} is not JSON, or has a key twice",
        "not-an-object": "{what} is not a JSON object",
        "not-mien": "a .safetensors file, but not mien's: no metadata under '{key}'",
        "tensor-entry": "tensor {name}: expected dtype F32 or I32, shape and data_offsets",
        "tensor-dimensions": "tensor {name}: {found} dimensions, expected {expected}",
        "tensor-size": "tensor {name}: {shape} numbers are more than the file's {size} bytes hold",
        "tensor-place": "tensor {name}: at bytes {found}, expected {expected}",
        "tensor-cut": "cut short: tensor {name} ends at {end} of {size} bytes",
        "bytes-left": "the tensors end at byte {end}, the file at {size}",
        "format-newer": "artifact of version {number}; upgrade mien to read it",
        "format-other": "schema is {found}, expected {expected}",
        "engine-other": "made for engine {found}; this mien has {known}: upgrade mien to use it",
        "metadata-missing": "the metadata has no '{key}'",
        "metadata-type": "metadata: '{key}' is not {expected}",
        "metadata-few": "metadata: '{key}' has {found}, expected {expected} or more",
        "metadata-twice": "metadata: '{key}' has a name twice",
        "metadata-classes": "classes: expected EXPRESSION, LIPSYNC or SHARED for every channel",
        "metadata-mirror": "mirror names a channel that is not in channels",
        "tensor-missing": "tensor {name} is missing",
        "tensor-dtype": "tensor {name}: expected {expected}",
        "tensor-shape": "tensor {name}: shape {shape} does not fit the others",
        "tensor-range": "tensor {name}: {value} at {where}, expected [{low}, {high}]",
        "tensor-negative-zero": "tensor {name}: -0 at {where}, expected 0",
        "tensor-unknown": "unknown tensor {name}",
        "pair-of-one": "tensor {name}: row {row} is a pair of one channel",
        "ceiling-moves": "tensor {name}: row {row} is moved by a pair or by another ceiling",
        "plateaus-touch": "tensor {name}: plateaus {first} and {second} reach each other",
        "clips-few": "tensor {name}: {found} clips, expected 2 or more: an onset and a release",
        "clip-loop": "tensor {name}: clip {row} repeats {begin} to {end} of {length}",
        "track-order": "tensor {name}: row {row} is not after the one before it",
        "track-keys": "tensor {name}: the tracks have {found} keys, {expected} are there",
        "track-target": "tensor {name}: row {row} moves {target} of clip {clip}, there is none",
        "track-late": "tensor {name}: row {row} goes on to {end}, its clip to {length}",
        "key-times": "tensor {name}: key {row} is not later than the one before it",
        "key-value": "tensor {name}: {value} at {where}, expected [{low}, {high}]",
        "loop-jumps": "tensor {name}: clip {clip} jumps where it repeats: target {target}",
        "sequence-place": "tensor {name}: {found} in row {row}, expected {low} to {high}",
        "table-digest": "damaged: the table of {label} does not have its digest",
        "shared-digest": "damaged: the shared tables do not have their digest",
        "not-canonical": "damaged, or not written by mien: its header is not the canonical one",
    }
)

_WIDEST = 60

Value = str | int | float | Sequence[int]


def bad_artifact(code: str, **values: Value) -> ArtifactError:
    """The error of a check; what the file says of itself is shown in part where it is long."""
    words = {name: _shown(value) for name, value in values.items()}
    return ArtifactError(REFUSALS[code].format_map(words), code)


def _shown(value: Value) -> str:
    if isinstance(value, float):
        text = repr(value).removesuffix(".0")
    else:
        text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _WIDEST else text[:_WIDEST] + "…"
