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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attrs import frozen
from torch import Tensor

from mien.bank import Bank
from mien.text.regular_file import NETWORK
from mien_trainer.conditions import condition_rows
from mien_trainer.evaluate.clips import silence
from mien_trainer.export.onnx import (
    TOLERANCE,
    difference,
    network_card,
    require_onnx,
    threshold_constant,
)
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.frames import F32
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.model.net import FaceNet, current_name
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.speak.network import NetworkCard, OnnxNetwork
from mien_trainer.train.checkpoint import Checkpoint, load_checkpoint, new_metadata, new_model
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.expand import reconditioned

EXPORTED = ".onnx"

_MODULE = "net."
"""What the exporter puts before the names of a network's tensors."""

_OURS = ("columns", "contact_attenuation", "contact_targets")
"""What follows from the bank."""

_CONTACT_BIAS = "contact_head.bias"

_FEW = 4
"""Channels that a refusal lists."""

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
    if not path.exists():
        raise TrainerError(
            f"{path}: there is no such file, expected an exported network (.onnx), a checkpoint, "
            "the folder of a training, or default for the network that ships"
        )
    if path.suffix == EXPORTED:
        return _exported(path)
    found = load_checkpoint(path)
    tensors = {name: one for name, one in found.model.state_dict().items() if name not in _OURS}
    return StartNetwork(
        card=network_card(found), shape=found.metadata.config.model, tensors=tensors
    )


def start_for(start: StartNetwork, config: TrainConfig, bank: Bank, data: str) -> Checkpoint:
    """The network with the labels of ``bank``: the same on those that it knows.

    A label that is new begins as the one that it knows with the nearest faces: a label of another
    name but with the same faces as before, and any other where silence is already kept.

    ``data`` is the digest of the targets that it will learn from.

    Raises:
        TrainerError: the bank is for another rig, or for one with its channels in another order.
    """
    if start.card.channels != bank.channels:
        raise TrainerError(
            f"{bank.source}: its rig {_rig_fault(bank.channels, start.card)}. Networks are made "
            "for the rig that `mien init` copies: make its rig file like that one, or speak with "
            "`mien speak --bank` and no network of its own, which any rig can"
        )
    metadata = new_metadata(config, bank, data=data)
    model = new_model(metadata)
    own = {name: one for name, one in model.state_dict().items() if name in _OURS}
    given, wanted = start.conditioning, config.conditioning
    like = nearest_labels(start, bank)
    model.load_state_dict({**reconditioned(start.tensors, given, wanted, like), **own})
    return Checkpoint(metadata=metadata, model=model.requires_grad_(requires_grad=False).eval())


def nearest_labels(start: StartNetwork, bank: Bank) -> dict[str, str]:
    """For each label of ``bank`` that is new the label of the network with the nearest faces.

    The least mean difference, over the anchors of the new label, between its archetypes and the
    faces that the network has there in silence.
    """
    card, model = start.card, _network(start)
    mel = torch.as_tensor(silence(start.shape.context + 1).mel)[None]
    found: dict[str, str] = {}
    for table in bank.tables.labels:
        if table.label in card.knows or not card.knows:
            continue
        places = [card.labels.index(one) for one in card.knows]
        rows = [condition_rows(at, len(card.labels), table.anchors) for at in places]
        with torch.no_grad():
            faces = model.last_face(mel, torch.as_tensor(np.concatenate(rows))[None])[0].numpy()
        away = np.abs(faces.reshape(len(places), *table.archetypes.shape) - table.archetypes)
        found[table.label] = card.knows[int(away.mean(axis=(1, 2)).argmin())]
    return found


def _network(start: StartNetwork) -> FaceNet:
    card = start.card
    columns = start.conditioning.columns(card.labels)
    model = FaceNet(start.shape, columns, contact_shapes(card.channels), mels=card.mels)
    own = {name: one for name, one in model.state_dict().items() if name in _OURS}
    model.load_state_dict({**start.tensors, **own})
    return model.requires_grad_(requires_grad=False).eval()


def _rig_fault(found: Sequence[str], card: NetworkCard) -> str:
    wanted = card.channels
    lacks = [name for name in wanted if name not in found]
    more = [name for name in found if name not in wanted]
    if not lacks and not more:
        at = next(at for at, one in enumerate(wanted) if found[at] != one)
        return (
            f"has the channels of the network {card.name} in another order: number {at + 1} is "
            f"{found[at]}, expected {wanted[at]}"
        )
    parts = [
        f"{verb} {', '.join(names[:_FEW])}" + (" and more" if len(names) > _FEW else "")
        for verb, names in (("lacks", lacks), ("has besides", more))
        if names
    ]
    return f"is another than that of the network {card.name}: it {' and '.join(parts)}"


def _exported(path: Path) -> StartNetwork:
    data = read_bytes(path, NETWORK)
    network = OnnxNetwork(data, str(path))
    require_onnx()
    import onnx
    from onnx import numpy_helper

    graph: Any = onnx.load_model_from_string(data).graph
    constants: dict[str, F32] = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    card = network.card
    try:
        tensors = dict(_tensors(graph, constants))
        start = StartNetwork(card=card, shape=_shape(graph, constants, tensors), tensors=tensors)
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


def _tensors(
    graph: Any,  # noqa: ANN401  onnx is untyped
    constants: Mapping[str, F32],
) -> Iterator[tuple[str, Tensor]]:
    """What has a name, and for each bias the weights that are multiplied before it is added.

    Raises:
        KeyError: a bias follows no product with constants.
    """
    made = {node.output[0]: node for node in graph.node}
    for name, value in constants.items():
        if name.startswith(_MODULE):
            yield current_name(name.removeprefix(_MODULE)), torch.as_tensor(value.copy())
    for node in graph.node:
        bias = next((one for one in node.input if one.endswith(".bias")), None)
        if node.op_type != "Add" or bias is None or not bias.startswith(_MODULE):
            continue
        product = made[next(one for one in node.input if one != bias)]
        module = current_name(bias.removeprefix(_MODULE).removesuffix(".bias"))
        weight = np.ascontiguousarray(constants[product.input[1]].T)
        yield f"{module}.weight", torch.as_tensor(weight.copy())


def _shape(
    graph: Any,  # noqa: ANN401  as above
    constants: Mapping[str, F32],
    tensors: Mapping[str, Tensor],
) -> NetShape:
    """The size of a network with these tensors.

    Raises:
        KeyError: one is missing, or nothing is taken from the logits of contacts.
    """
    blocks = sum(name.endswith(".taps.bias") for name in tensors)
    names = (one.name for one in graph.initializer if one.name.startswith(_MODULE))
    bias = next(one for one in names if current_name(one.removeprefix(_MODULE)) == _CONTACT_BIAS)
    threshold = threshold_constant(graph, bias)
    likely = 1.0 / (1.0 + math.exp(-float(constants[threshold])))
    return NetShape(
        width=len(tensors["input.bias"]),
        blocks=blocks,
        hidden=len(tensors["base.input.bias"]),
        contact_threshold=round(likely, _DIGITS),
    )
