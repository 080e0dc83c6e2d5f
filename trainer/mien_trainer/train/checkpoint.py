"""Checkpoints: one .safetensors file, all of it or nothing, that nothing is ever unpickled from.

Its tensors are the network's (``model.*``) and, in one to resume from, the optimiser's
(``optimizer.<parameter>.<kind>``) and the state of torch's random numbers (``random``). All else is
JSON in its metadata, under the one key ``mien``: see `CheckpointMetadata`.

Version 1 had other names of tensors, and a config without its ``schema``, which was mien/train/1.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from attrs import frozen
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from torch import Tensor

from mien.artifact.container import Array, pack, unpack
from mien.bank import Bank
from mien.errors import ArtifactError, SourceError
from mien.migrate.upgrade import upgrade_json
from mien.text.atomic import write_atomic
from mien.text.canonical import canonical
from mien.text.regular_file import CHECKPOINT
from mien.versions import schema_name
from mien_trainer.fault import TrainerError, brief, read_bytes
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.mel import MELS
from mien_trainer.migrations import MIGRATIONS
from mien_trainer.model.net import FaceNet, current_name
from mien_trainer.train.config import KIND, TrainConfig, config_document, config_of

SCHEMA = schema_name("checkpoint")
SCHEMA_1 = "mien/checkpoint/1"
LAST = "last.safetensors"
BEST = "best.safetensors"

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random"
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


@frozen(kw_only=True, eq=False)
class Checkpoint:
    """A network as it was kept, ready to be used: in evaluation mode, without gradients."""

    metadata: CheckpointMetadata
    model: FaceNet


@frozen(kw_only=True, eq=False)
class Progress:
    """What a training needs beside the network to go on as if it had never stopped."""

    optimizer: dict[str, dict[str, Tensor]]
    random: Tensor


def new_metadata(
    config: TrainConfig, bank: Bank, *, data: str = "", mels: int = MELS
) -> CheckpointMetadata:
    """What a network for ``bank`` says of itself before its first step."""
    return CheckpointMetadata(
        step=0,
        score=None,
        best=None,
        config=config,
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        data=data,
        labels=bank.labels,
        channels=bank.channels,
        classes=bank.tables.classes,
        mels=mels,
        torch=str(torch.__version__),
    )


def new_model(metadata: CheckpointMetadata) -> FaceNet:
    """The network that ``metadata`` describes, with new weights."""
    config = metadata.config
    columns = config.conditioning.columns(metadata.labels)
    return FaceNet(config.model, columns, contact_shapes(metadata.channels), mels=metadata.mels)


def checkpoint_bytes(
    metadata: CheckpointMetadata, model: FaceNet, optimizer: torch.optim.Optimizer | None = None
) -> bytes:
    """The file of a checkpoint; without ``optimizer`` it cannot be resumed from."""
    tensors = {f"{_MODEL}{name}": _array(one) for name, one in model.state_dict().items()}
    if optimizer is not None:
        for name, parameter in model.named_parameters():
            for kind, one in optimizer.state.get(parameter, {}).items():
                tensors[f"{_OPTIMIZER}{name}.{kind}"] = _array(one)
        tensors[_RANDOM] = _array(torch.get_rng_state()).view(np.int32)
    document = {"schema": SCHEMA, **_converter().unstructure(metadata)}
    # canonical() refuses numbers that are no JSON, and writes the others in one way.
    return pack(tensors, canonical(json.loads(json.dumps(document))))


def save_checkpoint(
    path: Path,
    metadata: CheckpointMetadata,
    model: FaceNet,
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Keep a checkpoint; a crash at any moment leaves the file that was there before.

    Raises:
        OSError: it cannot be written.
    """
    write_atomic(path, checkpoint_bytes(metadata, model, optimizer))


def load_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file, or the best one in the folder of a training.

    Raises:
        CheckpointError: there is none, or it is damaged, foreign, or of another version.
    """
    return _checkpoint(*_read(_file(path)))


def load_progress(path: Path) -> tuple[Checkpoint, Progress]:
    """A checkpoint with what is needed to resume from it.

    Raises:
        CheckpointError: as `load_checkpoint`, or it was not made to resume from.
    """
    file, tensors, metadata = _read(path)
    if _RANDOM not in tensors:
        raise CheckpointError(
            f"{path}: holds a network only; --start begins a new training from it"
        )
    states: dict[str, dict[str, Tensor]] = {}
    for name, array in tensors.items():
        if name.startswith(_OPTIMIZER):
            parameter, _, kind = name.removeprefix(_OPTIMIZER).rpartition(".")
            state = states.setdefault(current_name(parameter), {})
            state[kind] = torch.as_tensor(array.copy())
    random = torch.as_tensor(tensors[_RANDOM].copy().view(np.uint8))
    return _checkpoint(file, tensors, metadata), Progress(optimizer=states, random=random)


def restore(optimizer: torch.optim.Optimizer, model: FaceNet, progress: Progress) -> None:
    """Put optimiser and random numbers into the state of ``progress``."""
    for name, parameter in model.named_parameters():
        if name in progress.optimizer:
            # The count of steps stays on the CPU, as AdamW has it.
            optimizer.state[parameter] = {
                kind: one if kind == "step" else one.to(parameter.device)
                for kind, one in progress.optimizer[name].items()
            }
    torch.set_rng_state(progress.random)


def _file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = next((path / name for name in (BEST, LAST) if (path / name).is_file()), None)
    if found is None:
        raise CheckpointError(f"{path}: no checkpoint in this folder; `mien train run` makes one")
    return found


def _read(path: Path) -> tuple[Path, dict[str, Array], CheckpointMetadata]:
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
    return path, tensors, _metadata(path, document)


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
        return _converter().structure(found, CheckpointMetadata)
    except SourceError as error:
        raise CheckpointError(str(error)) from None
    except BaseValidationError as error:
        wrong = "; ".join(transform_error(error, path="$"))
        raise CheckpointError(f"{path}: not as {schema} says: {wrong}") from None


def _checkpoint(
    path: Path, tensors: Mapping[str, Array], metadata: CheckpointMetadata
) -> Checkpoint:
    model = new_model(metadata)
    found = {
        current_name(name.removeprefix(_MODEL)): torch.as_tensor(array.copy())
        for name, array in tensors.items()
        if name.startswith(_MODEL)
    }
    try:
        model.load_state_dict(found)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"{path}: its tensors are not its network's: {reason}") from None
    return Checkpoint(metadata=metadata, model=model.requires_grad_(requires_grad=False).eval())


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.detach().cpu().contiguous().numpy()
    return found


def _structured(document: object, _: type[TrainConfig]) -> TrainConfig:
    return config_of(cast("dict[str, Any]", document))


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(TrainConfig, _structured)
    converter.register_unstructure_hook(TrainConfig, config_document)
    return converter
