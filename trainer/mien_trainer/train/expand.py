"""A network with a few conditions becomes one with all labels of a bank and VAD, the same at first.

Only two kinds of weights meet the conditions: the first layer of the base and the FiLM of every
block. They get a column for each new condition, filled with zeros, so that what is new changes
nothing until it is learned. Of networks that others trained the weights alone are read, never a
program.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import cast

import safetensors.torch
import torch
from attrs import evolve
from torch import Tensor

from mien.text.regular_file import WEIGHTS, open_regular
from mien_trainer.fault import TrainerError, brief, read_bytes
from mien_trainer.mel import MELS
from mien_trainer.model.net import FaceNet, current_name
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.train.checkpoint import Checkpoint, load_checkpoint, new_metadata, new_model
from mien_trainer.train.checkpoint_file import CheckpointError
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.trust import TrustedBank

V2_LABELS = ("neutral", "joy", "anger", "sadness", "surprise")
"""The conditions of a network of the second generation, in its order."""

_CONDITIONED = ("base.input.weight", ".film.weight")
OF_BANK = ("columns", "contact_attenuation", "contact_targets")
"""What follows from the bank and is never taken from elsewhere."""

_OURS = b"mien/checkpoint/"
_BLOCK = re.compile(r"blocks\.(\d{1,9})\.")

_LARGEST = NetShape(width=1024, blocks=8, hidden=4096)
"""A training file allows no more."""


def expand(checkpoint: Checkpoint, conditioning: Conditioning) -> Checkpoint:
    """The network with the conditions ``conditioning``, and the same faces on its own labels.

    Raises:
        TrainerError: one of its conditions is not among ``conditioning``.
    """
    own = checkpoint.metadata.config.conditioning
    missing = [name for name in own.labels if name not in conditioning.labels]
    if missing or (own.vad and not conditioning.vad):
        raise TrainerError(
            f"the network has the conditions {', '.join(missing) or 'VAD'}, which the wider one "
            "has not: expected its conditions and more"
        )
    config = evolve(checkpoint.metadata.config, conditioning=conditioning)
    metadata = evolve(checkpoint.metadata, step=0, score=None, best=None, config=config)
    wider = new_model(metadata)
    tensors = reconditioned(checkpoint.model.state_dict(), own, conditioning)
    wider.load_state_dict({**tensors, "columns": wider.columns})
    return Checkpoint(metadata=metadata, model=_frozen(wider))


def read_network(path: Path, labels: tuple[str, ...], trusted: TrustedBank) -> Checkpoint:
    """A checkpoint of mien's, or the weights of a network of the same kind from elsewhere.

    A foreign file (.safetensors, .pt, .pth) holds tensors by their names, those of `FaceNet` or of
    its older versions; its size is read off them. ``labels`` are its conditions, in its order.

    Raises:
        CheckpointError: the file is missing, holds anything but tensors, or another network.
    """
    if not path.is_dir() and _is_foreign(path):
        return _foreign(path, _tensors(path), labels, trusted)
    found = load_checkpoint(path)
    metadata = found.metadata
    if metadata.artifact != trusted.digest:
        raise CheckpointError(
            f"{path}: made for artifact {metadata.artifact} ({metadata.bank} "
            f"{metadata.version}), the bank has {trusted.digest}; name its own bank with --bank"
        )
    return found


def reconditioned(
    tensors: Mapping[str, Tensor],
    own: Conditioning,
    wanted: Conditioning,
    like: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Tensor]:
    """Tensors of a network with the conditions ``own`` for one with those that are ``wanted``.

    What both are given keeps its columns. A new label has those of the one that ``like`` names for
    it; the columns of all else that is new are 0.
    """
    sources = [like.get(name, name) for name in wanted.labels]
    after = [at for at, name in enumerate(sources) if name in own.labels]
    before = [own.labels.index(sources[at]) for at in after]
    if own.vad and wanted.vad:
        before += range(own.width - 3, own.width)
        after += range(wanted.width - 3, wanted.width)
    found = dict(tensors)
    for name, tensor in tensors.items():
        if name.endswith(_CONDITIONED):
            found[name] = tensor.new_zeros(len(tensor), wanted.width)
            found[name][:, after] = tensor[:, before]
    return found


def _is_foreign(path: Path) -> bool:
    if path.suffix != ".safetensors":
        return path.exists()
    if not path.is_file():
        return False  # who reads it says why it cannot be read
    with open_regular(path, WEIGHTS) as stream:
        return _OURS not in stream.read(1 << 16)


def _tensors(path: Path) -> dict[str, Tensor]:
    data = read_bytes(path, WEIGHTS)
    try:
        if path.suffix == ".safetensors":
            found: object = safetensors.torch.load(data)
        else:
            found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever torch's own readers raise of a damaged file
        raise CheckpointError(
            f"{path}: not weights alone, and nothing else is ever unpickled: {brief(error)}"
        ) from None
    tensors = cast("dict[object, object]", found) if isinstance(found, dict) else None
    if not tensors or not all(isinstance(one, Tensor) for one in tensors.values()):
        raise CheckpointError(f"{path}: expected tensors by their names (a state_dict)")
    return {current_name(str(name)): cast("Tensor", one) for name, one in tensors.items()}


def _foreign(
    path: Path, tensors: dict[str, Tensor], labels: tuple[str, ...], trusted: TrustedBank
) -> Checkpoint:
    conditioning = Conditioning(labels=labels, vad=False)
    shape = _shape(path, tensors, labels)
    config = TrainConfig(name="foreign", conditioning=conditioning, model=shape)
    metadata = new_metadata(config, trusted.bank)
    model = new_model(metadata)
    wanted = model.state_dict()
    ours = {name: wanted.pop(name) for name in OF_BANK}
    theirs = {name: one for name, one in tensors.items() if name not in ours}
    wrong = _fault_of(theirs, wanted)
    if wrong is not None:
        raise CheckpointError(f"{path}: not a network of this kind: {wrong}")
    model.load_state_dict({**theirs, **ours})
    return Checkpoint(metadata=metadata, model=_frozen(model))


def _shape(path: Path, tensors: Mapping[str, Tensor], labels: tuple[str, ...]) -> NetShape:
    """The size of a foreign network, before anything of that size is made."""
    blocks = 1 + max((int(m[1]) for name in tensors if (m := _BLOCK.match(name))), default=-1)
    try:
        hidden, conditions = tensors["base.input.weight"].shape
        width, mels = tensors["input.weight"].shape
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{path}: not a network of this kind: no {brief(error)}") from None
    for what, found, most in (
        ("blocks", blocks, _LARGEST.blocks),
        ("numbers between blocks", width, _LARGEST.width),
        ("hidden units", hidden, _LARGEST.hidden),
    ):
        if not 1 <= found <= most:
            raise CheckpointError(f"{path}: found {found:,} {what}, expected 1 to {most:,}")
    if mels != MELS:
        raise CheckpointError(f"{path}: it takes {mels} mel bands, expected {MELS}")
    if conditions != len(labels):
        raise CheckpointError(
            f"{path}: it has {conditions} conditions, expected the {len(labels)} labels "
            f"{', '.join(labels)}; name them in its order with --labels"
        )
    return NetShape(width=width, blocks=blocks, hidden=hidden)


def _fault_of(tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str | None:
    """Why these tensors are not those of a network with the tensors ``wanted``."""
    for name in wanted.keys() ^ tensors.keys():
        return f"{'no' if name in wanted else 'an unknown'} tensor {brief(name)}"
    for name, tensor in tensors.items():
        shape, expected = tuple(tensor.shape), tuple(wanted[name].shape)
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
            return f"{name} is no plain tensor of numbers"
        if shape != expected:
            return f"{name} has shape {shape}, expected {expected}"
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor.float()).all()):
            return f"{name} holds something that is no finite number"
    return None


def _frozen(model: FaceNet) -> FaceNet:
    return model.requires_grad_(requires_grad=False).eval()
