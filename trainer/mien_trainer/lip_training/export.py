"""From a fitted network of live lips to the bytes of an ONNX file, and its card for people."""

# torch and onnx annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, cast

import numpy as np
import torch
from attrs import asdict

from mien.text.canonical import canonical
from mien_trainer.export.halves import halve, rounded
from mien_trainer.export.onnx import TOLERANCE, quiet, strip
from mien_trainer.fault import TrainerError, need_onnx
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.model.lip_net import LipNet
from mien_trainer.speak.lip_network import INPUTS, OUTPUTS, SCHEMA, LipCard, LipNetwork
from mien_trainer.speak.network import KEY

_FRAMES = 5
"""Frames of the example that is traced; more than 1, which torch would take for a constant."""


def lip_onnx(net: LipNet, card: LipCard) -> bytes:
    """The network as an ONNX file, checked to give torch's heads whole and frame by frame.

    Its matrices are in half precision, and so are torch's that it is held against.

    Raises:
        TrainerError: it does not, or a package of the extra is not installed.
    """
    need_onnx()
    net = rounded(deepcopy(net).eval())
    frames = torch.export.Dim("frames", min=1, max=1 << 20)
    example = torch.zeros(1, _FRAMES, card.mels), net.start(1)
    with quiet(), torch.no_grad():
        program: Any = torch.onnx.export(
            net,
            example,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes={"mel": {1: frames}, "state": {}},
            dynamo=True,
            verbose=False,
        )
    graph = program.model_proto
    strip(graph)
    halve(graph)
    graph.producer_name, graph.producer_version = "mien", ""
    entry = graph.metadata_props.add()
    entry.key = KEY
    entry.value = canonical({"schema": SCHEMA, **json.loads(json.dumps(asdict(card)))})
    data = cast("bytes", graph.SerializeToString(deterministic=True))
    error = difference(net, LipNetwork(data, card.name))
    if not error <= 10.0 * TOLERANCE:
        raise TrainerError(
            f"{card.name}: the exported network is {error:.2g} from torch's, expected at most "
            f"{10.0 * TOLERANCE:g}: nothing was written"
        )
    return data


def difference(net: LipNet, network: LipNetwork) -> float:
    """The greatest difference of a number over noise, in one piece and frame by frame."""
    rng = np.random.default_rng(0)
    loud = 0.1 * np.sin(np.pi * 4.0 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE) ** 4
    mel = log_mel((loud * rng.standard_normal(len(loud))).astype(np.float32))
    with torch.no_grad():
        heads, _ = net(torch.as_tensor(mel)[None], torch.as_tensor(network.start)[None])
    wanted = heads[0].numpy()
    whole, _ = network.run(mel, network.start)
    single, state = np.empty_like(whole), network.start
    for at in range(len(mel)):
        single[at : at + 1], state = network.run(mel[at : at + 1], state)
    return float(max(np.abs(single - wanted).max(), np.abs(whole - wanted).max()))
