"""Checkpoints: one .safetensors file, all of it or nothing, that nothing is ever unpickled from.

Its tensors are the network's (``model.*``) and, in one to resume from, the optimiser's
(``optimizer.<parameter>.<kind>``) and the state of torch's random numbers (``random``). All else is
JSON in its metadata, under the one key ``mien``: see `Head`.
"""

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
from mien.errors import ArtifactError
from mien.text.atomic import write_atomic
from mien.text.canonical import canonical
from mien_trainer.fault import TrainerError
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import random_state, set_random_state, to_array, to_tensor
from mien_trainer.train.config import TrainConfig

SCHEMA = "mien/checkpoint/1"
LAST = "last.safetensors"
BEST = "best.safetensors"

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random"
_PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl")


class CheckpointError(TrainerError):
    """A checkpoint that cannot be used; the message names the file and what is wrong."""


@frozen(kw_only=True)
class Head:
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

    head: Head
    model: FaceNet


@frozen(kw_only=True, eq=False)
class Progress:
    """What a training needs beside the network to go on as if it had never stopped."""

    optimizer: dict[str, dict[str, Tensor]]
    random: Tensor


def new_model(head: Head) -> FaceNet:
    """The network that ``head`` describes, with new weights."""
    columns = head.config.conditions.columns(head.labels)
    return FaceNet(head.config.model, columns, contact_shapes(head.channels), mels=head.mels)


def checkpoint_bytes(
    head: Head, model: FaceNet, optimizer: torch.optim.Optimizer | None = None
) -> bytes:
    """The file of a checkpoint; without ``optimizer`` it cannot be resumed from."""
    tensors = {f"{_MODEL}{name}": to_array(one) for name, one in model.state_dict().items()}
    if optimizer is not None:
        for name, parameter in model.named_parameters():
            state = cast("dict[str, Tensor]", optimizer.state.get(parameter, {}))
            for kind, one in state.items():
                tensors[f"{_OPTIMIZER}{name}.{kind}"] = to_array(one)
        tensors[_RANDOM] = to_array(random_state()).view(np.int32)
    document = {"schema": SCHEMA, **_converter().unstructure(head)}
    # canonical() refuses numbers that are no JSON, and writes the others in one way.
    return pack(tensors, canonical(json.loads(json.dumps(document))))


def save_checkpoint(
    path: Path, head: Head, model: FaceNet, optimizer: torch.optim.Optimizer | None = None
) -> None:
    """Keep a checkpoint; a crash at any moment leaves the file that was there before.

    Raises:
        OSError: it cannot be written.
    """
    write_atomic(path, checkpoint_bytes(head, model, optimizer))


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
    file, tensors, head = _read(path)
    if _RANDOM not in tensors:
        raise CheckpointError(
            f"{path}: holds a network only; --start begins a new training from it"
        )
    states: dict[str, dict[str, Tensor]] = {}
    for name, array in tensors.items():
        if name.startswith(_OPTIMIZER):
            parameter, _, kind = name.removeprefix(_OPTIMIZER).rpartition(".")
            states.setdefault(parameter, {})[kind] = to_tensor(array.copy())
    random = to_tensor(tensors[_RANDOM].copy().view(np.uint8))
    return _checkpoint(file, tensors, head), Progress(optimizer=states, random=random)


def restore(optimizer: torch.optim.Optimizer, model: FaceNet, progress: Progress) -> None:
    """Put optimiser and random numbers into the state of ``progress``."""
    for name, parameter in model.named_parameters():
        if name in progress.optimizer:
            # The count of steps stays on the CPU, as AdamW has it.
            optimizer.state[parameter] = {
                kind: one if kind == "step" else one.to(parameter.device)
                for kind, one in progress.optimizer[name].items()
            }
    set_random_state(progress.random)


def _file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = next((path / name for name in (BEST, LAST) if (path / name).is_file()), None)
    if found is None:
        raise CheckpointError(f"{path}: no checkpoint in this folder; `mien train run` makes one")
    return found


def _read(path: Path) -> tuple[Path, dict[str, Array], Head]:
    if path.suffix in _PICKLES and path.exists():
        raise CheckpointError(
            f"{path}: a pickle can run any program, so it is not read here; `mien train expand` "
            "takes the weights alone out of one"
        )
    try:
        tensors, text = unpack(path.read_bytes())
        document = cast("dict[str, Any]", json.loads(text))
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such checkpoint") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except (ArtifactError, ValueError) as error:
        raise CheckpointError(f"{path}: not a checkpoint of mien's: {error}") from None
    found = document.pop("schema", "no schema")
    if found != SCHEMA:
        raise CheckpointError(f"{path}: found {found}, expected {SCHEMA}")
    try:
        return path, tensors, _converter().structure(document, Head)
    except BaseValidationError as error:
        wrong = "; ".join(transform_error(error, path="$"))
        raise CheckpointError(f"{path}: not as {SCHEMA} says: {wrong}") from None


def _checkpoint(path: Path, tensors: Mapping[str, Array], head: Head) -> Checkpoint:
    model = new_model(head)
    found = {
        name.removeprefix(_MODEL): to_tensor(array.copy())
        for name, array in tensors.items()
        if name.startswith(_MODEL)
    }
    try:
        model.load_state_dict(found)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"{path}: its tensors are not its network's: {reason}") from None
    return Checkpoint(head=head, model=model.requires_grad_(requires_grad=False).eval())


@cache
def _converter() -> Converter:
    return Converter(forbid_extra_keys=True)
