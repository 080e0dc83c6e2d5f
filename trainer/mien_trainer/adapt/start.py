"""The network that an adaptation begins with: an exported file or a checkpoint, of any bank.

An exported file has all that a network learned: its tensors are the constants of the graph. They
are found by the biases, which keep their names, and taken only if a network with them gives the
file's own faces.
"""

# torch and onnx annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attrs import frozen
from torch import Tensor

from mien.bank import Bank
from mien.text.regular_file import NETWORK
from mien_trainer.adapt.given import EXPORTED, check_channels
from mien_trainer.adapt.rest import quiet_rooms
from mien_trainer.conditions import condition_rows
from mien_trainer.export.constants import learned
from mien_trainer.export.onnx import TOLERANCE, difference, network_card, threshold_constant
from mien_trainer.fault import TrainerError, need_onnx, read_bytes
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.model.net import FaceNet, current_name
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.speak.network import NetworkCard, OnnxNetwork
from mien_trainer.train.checkpoint import Checkpoint, load_checkpoint, new_metadata, new_model
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.expand import OF_BANK, reconditioned

_MODULE = "net."
"""What the exporter puts before the names of a network's tensors."""

_CONTACT_BIAS = "contact_head.bias"

_ROOMS = 4
"""Quiet rooms in which labels are compared."""

_AWAY = 0.1
"""How much a difference of faces counts beside one between rooms."""

_LEAST_LEFT = 1e-3
"""The least share of the face at rest that is taken to be left."""

_DIGITS = 6
"""Of a threshold that is read off its logit."""


@frozen(kw_only=True, eq=False)
class StartNetwork:
    """A network as it was trained: its card, its size, and all tensors that it learned."""

    card: NetworkCard
    shape: NetShape
    tensors: Mapping[str, Tensor]

    @property
    def conditioning(self) -> Conditioning:
        """Its conditions, in its order."""
        return Conditioning(labels=self.card.knows, vad=self.card.vad)


def read_start(path: Path) -> StartNetwork:
    """The network in a file that `mien train export` wrote, or in a checkpoint.

    Raises:
        TrainerError: it is none, or what it learned cannot be read.
        OSError: the file cannot be read.
    """
    if path.suffix == EXPORTED:
        return _exported(path)
    found = load_checkpoint(path)
    tensors = {name: one for name, one in found.model.state_dict().items() if name not in OF_BANK}
    return StartNetwork(
        card=network_card(found), shape=found.metadata.config.model, tensors=tensors
    )


def start_for(start: StartNetwork, config: TrainConfig, bank: Bank, data: str) -> Checkpoint:
    """The network with the labels of ``bank``: the same on those that it knows.

    A label that is new begins as one that it knows, see `nearest_labels`.

    ``data`` is the digest of the targets that it will learn from.

    Raises:
        TrainerError: the bank is for another rig, or for one with its channels in another order.
    """
    check_channels(start.card.name, start.card.channels, bank)
    metadata = new_metadata(config, bank, data=data)
    model = new_model(metadata)
    own = {name: one for name, one in model.state_dict().items() if name in OF_BANK}
    given, wanted = start.conditioning, config.conditioning
    like = nearest_labels(start, bank)
    model.load_state_dict({**reconditioned(start.tensors, given, wanted, like), **own})
    return Checkpoint(metadata=metadata, model=model.requires_grad_(requires_grad=False).eval())


def nearest_labels(start: StartNetwork, bank: Bank) -> dict[str, str]:
    """For each label of ``bank`` that is new the label of the network that it begins as.

    One of another name but with the same faces is itself. Any other has the sound of the one under
    which its faces, once they are right, would change least from one quiet room to another.
    """
    card, model = start.card, _network(start)
    rooms = quiet_rooms(model, _ROOMS, seed=0)
    places = [card.labels.index(one) for one in card.knows]
    found: dict[str, str] = {}
    for table in bank.tables.labels:
        if table.label in card.knows or not places:
            continue
        rows = [condition_rows(at, len(card.labels), table.anchors) for at in places]
        conditions = torch.as_tensor(np.concatenate(rows)).expand(_ROOMS, -1, -1)
        with torch.no_grad():
            parts = (model.last_frame(rooms, conditions)[0], *model.last_sound(rooms, conditions))
        shape = (_ROOMS, len(places), *table.archetypes.shape)
        faces, left, move = (part.numpy().reshape(shape) for part in parts)
        away = np.abs(faces - table.archetypes).mean(axis=(0, 2, 3))
        rest = (table.archetypes - move.mean(axis=0)) / left.mean(axis=0).clip(min=_LEAST_LEFT)
        trembling = (rest.clip(-1.0, 3.0) * left + move).std(axis=0).mean(axis=(1, 2))
        found[table.label] = card.knows[int((_AWAY * away + trembling).argmin())]
    return found


def _network(start: StartNetwork) -> FaceNet:
    card = start.card
    columns = start.conditioning.columns(card.labels)
    model = FaceNet(start.shape, columns, contact_shapes(card.channels), mels=card.mels)
    own = {name: one for name, one in model.state_dict().items() if name in OF_BANK}
    model.load_state_dict({**start.tensors, **own})
    return model.requires_grad_(requires_grad=False).eval()


def _exported(path: Path) -> StartNetwork:
    data = read_bytes(path, NETWORK)
    network = OnnxNetwork(data, str(path))
    need_onnx()
    import onnx

    graph: Any = onnx.load_model_from_string(data).graph
    card = network.card
    try:
        tensors = {current_name(name): one for name, one in learned(graph, _MODULE)}
        start = StartNetwork(card=card, shape=_shape(graph, tensors), tensors=tensors)
        model = _network(start)
    except (KeyError, ValueError, RuntimeError, StopIteration):
        raise _unreadable(path) from None
    if not difference(model, network) <= TOLERANCE:
        raise _unreadable(path)
    return start


def _unreadable(path: Path) -> TrainerError:
    return TrainerError(
        f"{path}: what it learned cannot be read off its graph; give the checkpoint that it was "
        "exported from"
    )


def _shape(
    graph: Any,  # noqa: ANN401  onnx is untyped
    tensors: Mapping[str, Tensor],
) -> NetShape:
    """The size of a network with these tensors.

    Raises:
        KeyError: one is missing.
        StopIteration: nothing is taken from the logits of contacts.
    """
    from onnx import numpy_helper

    blocks = sum(name.endswith(".taps.bias") for name in tensors)
    names = (one.name for one in graph.initializer if one.name.startswith(_MODULE))
    bias = next(one for one in names if current_name(one.removeprefix(_MODULE)) == _CONTACT_BIAS)
    threshold = threshold_constant(graph, bias)
    logit = next(one for one in graph.initializer if one.name == threshold)
    likely = 1.0 / (1.0 + math.exp(-float(numpy_helper.to_array(logit))))
    return NetShape(
        width=len(tensors["input.bias"]),
        blocks=blocks,
        hidden=len(tensors["base.input.bias"]),
        contact_threshold=round(likely, _DIGITS),
    )
