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
from pathlib import Path

import numpy as np
import torch
from attrs import frozen
from torch import Tensor

from mien.artifact.container import Array, pack
from mien.bank import Bank
from mien.text.atomic import write_atomic
from mien.text.canonical import canonical
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.mel import MELS
from mien_trainer.model.net import FaceNet, current_name
from mien_trainer.train.checkpoint_file import (
    SCHEMA,
    CheckpointError,
    CheckpointMetadata,
    checkpoint_path,
    metadata_converter,
    read_parts,
)
from mien_trainer.train.config import TrainConfig

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random"


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
    document = {"schema": SCHEMA, **metadata_converter().unstructure(metadata)}
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
    file = checkpoint_path(path)
    return _checkpoint(file, *read_parts(file))


def load_progress(path: Path) -> tuple[Checkpoint, Progress]:
    """A checkpoint with what is needed to resume from it.

    Raises:
        CheckpointError: as `load_checkpoint`, or it was not made to resume from.
    """
    tensors, metadata = read_parts(path)
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
    return _checkpoint(path, tensors, metadata), Progress(optimizer=states, random=random)


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
