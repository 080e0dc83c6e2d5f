"""From a checkpoint to the bytes of an ONNX file; `speak.onnx_file` says what is in it.

The same checkpoint gives the same bytes, and no path of the machine stands in them.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import warnings
from collections.abc import Generator
from importlib.util import find_spec
from typing import Any, cast

import torch
from attrs import asdict
from torch import Tensor, nn

from mien.text.canonical import canonical
from mien_trainer.export.compare import difference
from mien_trainer.fault import TrainerError
from mien_trainer.frames import FRAME_RATE
from mien_trainer.model.net import FaceNet
from mien_trainer.speak.onnx_file import INPUTS, KEY, OUTPUTS, SCHEMA, NetworkCard, OnnxNetwork
from mien_trainer.train.checkpoint import Checkpoint, checkpoint_bytes

MOST = 1e-5
"""How far the exported network's weights may be from torch's."""

_FRAMES = 5
"""Frames of the example that is traced; more than 1, which torch would take for a constant."""


def onnx_bytes(checkpoint: Checkpoint) -> bytes:
    """The network as an ONNX file, seen to give torch's faces frame by frame.

    Raises:
        TrainerError: it does not, or a package of the extra is not installed.
    """
    card = network_card(checkpoint)
    graph = _traced(checkpoint.model, len(card.labels) + 3)
    _strip(graph)
    graph.producer_name, graph.producer_version = "mien", ""
    entry = graph.metadata_props.add()
    entry.key, entry.value = KEY, card_text(card)
    data = cast("bytes", graph.SerializeToString(deterministic=True))
    away = difference(checkpoint.model, OnnxNetwork(data, card.name))
    if not away <= MOST:
        raise TrainerError(
            f"{card.name}: the exported network's weights are {away:.2g} from torch's, expected at "
            f"most {MOST:g}: nothing was written"
        )
    return data


def network_card(checkpoint: Checkpoint) -> NetworkCard:
    """What the network was made from and how it is asked."""
    head, model = checkpoint.head, checkpoint.model
    told = head.config.conditions
    return NetworkCard(
        name=head.config.name,
        bank=head.bank,
        version=head.version,
        artifact=head.artifact,
        targets=head.data,
        checkpoint=hashlib.sha256(checkpoint_bytes(head, model)).hexdigest(),
        labels=head.labels,
        channels=head.channels,
        knows=told.labels,
        vad=told.vad,
        frame_rate=FRAME_RATE,
        mels=head.mels,
        state=(model.context, model.shape.width),
        parameters=sum(one.numel() for one in model.parameters()),
    )


def card_text(card: NetworkCard) -> str:
    """The card as the file's metadata holds it."""
    return canonical({"schema": SCHEMA, **json.loads(json.dumps(asdict(card)))})


class _Streaming(nn.Module):
    """The network from frames and the state before them to faces and the state after."""

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.net.advance(mel, conditions, state)


def _traced(model: FaceNet, conditions: int) -> Any:  # noqa: ANN401  onnx is untyped
    for name in ("onnx", "onnxscript"):
        if find_spec(name) is None:
            raise TrainerError(f"{name} is not installed: pip install 'mien[train]'")
    frames = torch.export.Dim("frames", min=1, max=1 << 20)
    example = (
        torch.zeros(1, _FRAMES, len(model.mean)),
        torch.zeros(1, _FRAMES, conditions),
        torch.zeros(1, model.context, model.shape.width),
    )
    with _quiet(), torch.no_grad():
        program = cast("Any", torch.onnx).export(
            _Streaming(model).eval(),
            example,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes={"mel": {1: frames}, "conditions": {1: frames}, "state": {}},
            dynamo=True,
            verbose=False,
        )
    return program.model_proto


def _strip(graph: Any) -> None:  # noqa: ANN401  onnx is untyped
    """Take out what only says how torch traced it, with paths and lines of source."""
    body = graph.graph
    body.name = "mien"
    for one in (graph, body, *body.node, *body.input, *body.output, *body.initializer):
        del one.metadata_props[:]
        one.ClearField("doc_string")
    del body.value_info[:]


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Without what torch says while it traces, which is about torch."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
