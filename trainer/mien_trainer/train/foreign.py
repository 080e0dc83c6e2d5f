"""Networks that others trained: their weights alone, never a program."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.model.typed import load_weights
from mien_trainer.train.checkpoint import (
    SCHEMA,
    Checkpoint,
    CheckpointError,
    Head,
    load_checkpoint,
    new_model,
)
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.trust import TrustedBank

V2_LABELS = ("neutral", "joy", "anger", "sadness", "surprise")
"""What a network of the second generation is told, in its order."""


def read_network(path: Path, labels: tuple[str, ...], trusted: TrustedBank) -> Checkpoint:
    """A checkpoint of mien's, or the weights of a network of the same kind from elsewhere.

    A foreign file (.safetensors, .pt, .pth) holds tensors by their names, those of `FaceNet`; its
    size is read off them. ``labels`` are the conditions that it is told, in its order.

    Raises:
        CheckpointError: the file is missing, holds anything but tensors, or another network.
    """
    if not path.is_dir() and _is_foreign(path):
        return _foreign(path, _tensors(path), labels, trusted)
    found = load_checkpoint(path)
    if found.head.artifact != trusted.digest:
        raise CheckpointError(
            f"{path}: made for artifact {found.head.artifact} ({found.head.bank} "
            f"{found.head.version}), the bank has {trusted.digest}; name its own bank with --bank"
        )
    return found


def _is_foreign(path: Path) -> bool:
    if path.suffix != ".safetensors":
        return path.exists()
    try:
        with path.open("rb") as stream:
            return SCHEMA.encode() not in stream.read(1 << 16)
    except OSError:
        return False  # who reads it says why it cannot be read


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load(path.read_bytes())
        found = load_weights(path)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{path}: not weights alone, and nothing else is ever unpickled: {reason}"
        ) from None
    tensors = cast("dict[object, object]", found) if isinstance(found, dict) else None
    if not tensors or not all(isinstance(one, Tensor) for one in tensors.values()):
        raise CheckpointError(f"{path}: expected tensors by their names (a state_dict)")
    return {str(name): cast("Tensor", one) for name, one in tensors.items()}


def _foreign(
    path: Path, tensors: dict[str, Tensor], labels: tuple[str, ...], trusted: TrustedBank
) -> Checkpoint:
    bank = trusted.bank
    conditions = Conditioning(labels=labels, vad=False)
    try:
        told = tensors["base.told.weight"]
        width, mels = tensors["listen.weight"].shape
        shape = NetShape(width=width, blocks=_blocks(tensors), hidden=len(told))
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path}: not a network of this kind: no {error}") from None
    if told.shape[1] != len(labels):
        raise CheckpointError(
            f"{path}: it is told {told.shape[1]} conditions, expected the {len(labels)} labels "
            f"{', '.join(labels)}; name them in its order with --labels"
        )
    head = Head(
        step=0,
        score=None,
        best=None,
        config=TrainConfig(name="foreign", conditions=conditions, model=shape),
        bank=bank.id,
        version=bank.version,
        artifact=trusted.digest,
        data="",
        labels=bank.labels,
        channels=bank.channels,
        classes=bank.tables.classes,
        mels=mels,
        torch=str(torch.__version__),
    )
    model = new_model(head)
    try:
        ours = {name: model.state_dict()[name] for name in ("columns", "holds", "presses")}
        model.load_state_dict({**tensors, **ours})
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"{path}: not a network of this kind: {reason}") from None
    return Checkpoint(head=head, model=model.requires_grad_(requires_grad=False).eval())


def _blocks(tensors: Mapping[str, Tensor]) -> int:
    numbers = [int(m[1]) for name in tensors if (m := re.match(r"blocks\.(\d+)\.", name))]
    return max(numbers) + 1 if numbers else 0
