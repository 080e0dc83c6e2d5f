"""What the file of a checkpoint holds, read without loading torch: its tensors and its metadata."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from attrs import frozen
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError

from mien.artifact.container import Array, unpack
from mien.errors import ArtifactError, SourceError
from mien.migrate.upgrade import upgrade_json
from mien.text.regular_file import CHECKPOINT
from mien.versions import schema_name
from mien_trainer.fault import TrainerError, brief, read_bytes
from mien_trainer.migrations import MIGRATIONS
from mien_trainer.train.config import KIND, TrainConfig, config_document, config_of

SCHEMA = schema_name("checkpoint")
SCHEMA_1 = "mien/checkpoint/1"
LAST = "last.safetensors"
BEST = "best.safetensors"

_PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl")


class CheckpointError(TrainerError):
    """A checkpoint that cannot be used; the message names the file and what is wrong."""


@frozen(kw_only=True)
class CheckpointMetadata:
    """What a checkpoint says about itself.

    ``step`` steps were taken; ``score`` is that of the last validation, ``best`` the lowest so far,
    None before the first. ``artifact`` and ``data`` are the sha256 in hex of the bank's artifact
    and of the manifest of the targets, empty where there were none. ``labels``, ``channels`` and
    ``classes`` are the bank's, in its order.
    """

    step: int
    score: float | None
    best: float | None
    config: TrainConfig
    bank: str
    version: str
    artifact: str
    data: str
    labels: tuple[str, ...]
    channels: tuple[str, ...]
    classes: tuple[str, ...]
    mels: int
    torch: str


def checkpoint_path(path: Path) -> Path:
    """The file ``path``, or the best checkpoint in the folder of a training.

    Raises:
        CheckpointError: the folder holds none.
    """
    if not path.is_dir():
        return path
    found = next((path / name for name in (BEST, LAST) if (path / name).is_file()), None)
    if found is None:
        raise CheckpointError(f"{path}: no checkpoint in this folder; `mien train run` makes one")
    return found


def read_parts(path: Path) -> tuple[dict[str, Array], CheckpointMetadata]:
    """The tensors of a checkpoint by their names, and its metadata.

    Raises:
        CheckpointError: there is none, or it is damaged, foreign, or of another version.
    """
    if path.suffix in _PICKLES and path.exists():
        raise CheckpointError(
            f"{path}: a pickle can run any program, so it is not read here; `mien train expand` "
            "takes the weights alone out of one"
        )
    try:
        tensors, text = unpack(read_bytes(path, CHECKPOINT))
        document: object = json.loads(text)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except (ArtifactError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not a checkpoint of mien's: {brief(error)}") from None
    return tensors, _metadata(path, document)


def _metadata(path: Path, document: object) -> CheckpointMetadata:
    found = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    schema = found.pop("schema", "no schema")
    if schema not in (SCHEMA, SCHEMA_1):
        raise CheckpointError(f"{path}: found {schema}, expected {SCHEMA}")
    config = found.get("config")
    try:
        if isinstance(config, dict):
            first = {"schema": "mien/train/1"} if schema == SCHEMA_1 else {}
            found["config"] = upgrade_json({**first, **config}, str(path), KIND, MIGRATIONS)
        return metadata_converter().structure(found, CheckpointMetadata)
    except SourceError as error:
        raise CheckpointError(str(error)) from None
    except BaseValidationError as error:
        wrong = "; ".join(transform_error(error, path="$"))
        raise CheckpointError(f"{path}: not as {schema} says: {wrong}") from None


@cache
def metadata_converter() -> Converter:
    """From metadata to the document in the file, and back."""
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(TrainConfig, lambda document, _: config_of(document))
    converter.register_unstructure_hook(TrainConfig, config_document)
    return converter
