"""Networks of live lips that a training begins with or learns from, as torch runs them."""

# torch and onnx annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import frozen

from mien.text.regular_file import NETWORK
from mien_trainer.export.constants import learned
from mien_trainer.export.onnx import TOLERANCE
from mien_trainer.fault import TrainerError, need_onnx, read_bytes
from mien_trainer.lip_training.examples import taught_channels
from mien_trainer.lip_training.export import difference
from mien_trainer.model.lip_net import DELAYS, LipNet
from mien_trainer.speak.lip_network import LipCard, LipNetwork


@frozen(kw_only=True, eq=False)
class GivenNet:
    """A network, and the card of its file."""

    card: LipCard
    net: LipNet


def read_given(path: Path) -> GivenNet:
    """The network in a file that `mien train lips` wrote.

    Raises:
        TrainerError: as `read_lip_network`; it tells other channels or delays than are taught, or
            what it learned cannot be read off its graph.
        OSError: the file cannot be read.
    """
    data = read_bytes(path, NETWORK)
    network = LipNetwork(data, str(path))
    card = network.card
    if (card.channels, card.delays) != (taught_channels(), DELAYS):
        raise TrainerError(
            f"{path}: tells other channels or delays than are taught now; train it anew"
        )
    need_onnx()
    import onnx

    graph: Any = onnx.load_model_from_string(data).graph
    net = LipNet(card.numbers, width=card.state[1], mels=card.mels).eval()
    wanted = net.state_dict().keys()
    try:
        net.load_state_dict({name: one for name, one in learned(graph) if name in wanted})
        away = difference(net, network)
    except (KeyError, RuntimeError, StopIteration):
        away = float("inf")
    if not away <= 10.0 * TOLERANCE:
        raise TrainerError(f"{path}: what it learned cannot be read off its graph")
    return GivenNet(card=card, net=net)
