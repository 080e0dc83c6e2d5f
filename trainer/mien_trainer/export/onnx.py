"""From a checkpoint to the bytes of an ONNX file; `speak.network` says what is in it.

The same checkpoint gives the same bytes, and no path of the machine stands in them.
"""

# torch and onnx annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import warnings
from collections.abc import Generator
from typing import Any, cast

import numpy as np
import torch
from attrs import asdict
from torch import Tensor, nn

from mien.text.canonical import canonical
from mien_trainer.fault import TrainerError, need_onnx
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.model.net import FaceNet
from mien_trainer.speak.network import (
    INPUTS,
    KEY,
    OUTPUTS,
    SCHEMA,
    THRESHOLD,
    NetworkCard,
    OnnxNetwork,
    start_state,
)
from mien_trainer.train.checkpoint import Checkpoint, checkpoint_bytes

TOLERANCE = 1e-5
"""How far the exported network's weights may be from torch's."""

_FRAMES = 5
"""Frames of the example that is traced; more than 1, which torch would take for a constant."""

_SECONDS = 4
_SYLLABLES = 4.0
"""How often the noise rises and falls in a second, as speech does."""

_LOUDNESS = 0.1


def onnx_bytes(checkpoint: Checkpoint) -> bytes:
    """The network as an ONNX file, checked to give torch's faces frame by frame.

    Raises:
        TrainerError: it does not, or a package of the extra is not installed.
    """
    card = network_card(checkpoint)
    graph = _traced(checkpoint.model, len(card.labels) + 3)
    strip(graph)
    _name_threshold(graph.graph)
    graph.producer_name, graph.producer_version = "mien", ""
    entry = graph.metadata_props.add()
    entry.key, entry.value = KEY, card_text(card)
    data = cast("bytes", graph.SerializeToString(deterministic=True))
    error = difference(checkpoint.model, OnnxNetwork(data, card.name))
    if not error <= TOLERANCE:
        raise TrainerError(
            f"{card.name}: the exported network's weights are {error:.2g} from torch's, expected "
            f"at most {TOLERANCE:g}: nothing was written"
        )
    return data


def network_card(checkpoint: Checkpoint) -> NetworkCard:
    """What the network was made from and how it is queried."""
    metadata, model = checkpoint.metadata, checkpoint.model
    conditioning = metadata.config.conditioning
    return NetworkCard(
        name=metadata.config.name,
        bank=metadata.bank,
        version=metadata.version,
        artifact=metadata.artifact,
        targets=metadata.data,
        checkpoint=hashlib.sha256(checkpoint_bytes(metadata, model)).hexdigest(),
        labels=metadata.labels,
        channels=metadata.channels,
        knows=conditioning.labels,
        vad=conditioning.vad,
        frame_rate=FRAME_RATE,
        mels=metadata.mels,
        state=(model.context, model.shape.width),
        parameters=sum(one.numel() for one in model.parameters()),
    )


def card_text(card: NetworkCard) -> str:
    """The card as the file's metadata holds it."""
    return canonical({"schema": SCHEMA, **json.loads(json.dumps(asdict(card)))})


def difference(model: FaceNet, network: OnnxNetwork, seed: int = 0) -> float:
    """The greatest difference of a weight, frame by frame, over noise that is loud as speech is.

    Labels change and VAD moves on the way. The exported network is run a frame at a time and in
    one piece; NaN where it gives something that is no number.
    """
    rng = np.random.default_rng(seed)
    mel = log_mel(_syllables(rng))
    conditions = _wandering(len(mel), len(network.card.labels), rng)
    wanted = _by_torch(model, mel, conditions)
    start = start_state(network, conditions[0])
    whole, _ = network.run(mel, conditions, start, first=None)
    single, state = np.empty_like(whole), start
    for at in range(len(mel)):
        part = slice(at, at + 1)
        single[part], state = network.run(mel[part], conditions[part], state, first=None)
    return float(max(np.abs(single - wanted).max(), np.abs(whole - wanted).max()))


def _by_torch(model: FaceNet, mel: F32, conditions: F32) -> F32:
    sound, steady = torch.as_tensor(mel)[None], torch.as_tensor(conditions)[None]
    faces: list[torch.Tensor] = []
    with torch.no_grad():
        state = model.initial_state(steady[:, 0])
        for at in range(len(mel)):
            face, state = model.step(sound[:, at], steady[:, at], state)
            faces.append(face)
    found: F32 = torch.cat(faces).numpy()
    return found


def _syllables(rng: np.random.Generator) -> F32:
    times = np.arange(_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    loudness = _LOUDNESS * np.sin(np.pi * _SYLLABLES * times) ** 4
    return (loudness * rng.standard_normal(len(times))).astype(np.float32)


def _wandering(frames: int, labels: int, rng: np.random.Generator) -> F32:
    """Conditions (N, D): a new label every quarter of a second, VAD along lines between points."""
    rows = np.zeros((frames, labels + 3), dtype=np.float32)
    every = FRAME_RATE // 4
    label = np.repeat(rng.integers(0, labels, size=frames // every + 1), every)[:frames]
    rows[np.arange(frames), label] = 1.0
    points = rng.uniform(-1.0, 1.0, size=(frames // every + 2, 3))
    for axis in range(3):
        rows[:, labels + axis] = np.interp(
            np.arange(frames) / every, np.arange(len(points)), points[:, axis]
        )
    return rows


class _Streaming(nn.Module):
    """The network from frames and the state before them to faces and the state after."""

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, mel: Tensor, conditions: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.net.stream(mel, conditions, state)


def _traced(model: FaceNet, conditions: int) -> Any:  # noqa: ANN401  onnx is untyped
    need_onnx()
    frames = torch.export.Dim("frames", min=1, max=1 << 20)
    example = (
        torch.zeros(1, _FRAMES, len(model.mean)),
        torch.zeros(1, _FRAMES, conditions),
        torch.zeros(1, model.context, model.shape.width),
    )
    with quiet(), torch.no_grad():
        program: Any = torch.onnx.export(
            _Streaming(model).eval(),
            example,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes={"mel": {1: frames}, "conditions": {1: frames}, "state": {}},
            dynamo=True,
            verbose=False,
        )
    return program.model_proto


def threshold_constant(graph: Any, bias: str) -> str:  # noqa: ANN401  onnx is untyped
    """The constant that is taken from the logits of contacts, to which ``bias`` is added last.

    Raises:
        StopIteration: there is none.
    """
    logits = next(node.output[0] for node in graph.node if bias in node.input)
    return cast(
        "str",
        next(
            node.input[1]
            for node in graph.node
            if node.op_type == "Sub" and node.input[0] == logits
        ),
    )


def _name_threshold(graph: Any) -> None:  # noqa: ANN401  as above
    """Give the threshold's constant its name, so that whoever runs the network can set it."""
    before = threshold_constant(graph, "net.contact_head.bias")
    for node in graph.node:
        for at, one in enumerate(node.input):
            if one == before:
                node.input[at] = THRESHOLD
    for constant in graph.initializer:
        if constant.name == before:
            constant.name = THRESHOLD


def strip(graph: Any) -> None:  # noqa: ANN401  onnx is untyped
    """Take out what only says how torch traced it, with paths and lines of source."""
    body = graph.graph
    body.name = "mien"
    for one in (graph, body, *body.node, *body.input, *body.output, *body.initializer):
        del one.metadata_props[:]
        one.ClearField("doc_string")
    del body.value_info[:]


@contextlib.contextmanager
def quiet() -> Generator[None]:
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
