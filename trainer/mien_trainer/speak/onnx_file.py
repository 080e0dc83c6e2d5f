"""An exported network: an ONNX file that alone is enough to speak.

Inputs: ``mel`` (1, N, 80), ``conditions`` (1, N, labels + 3), ``state`` (1, R, W). Outputs:
``weights`` (1, N, C) in [0, 1], ``after`` (1, R, W): the state for the frames that follow. All are
float32 and N may be 1. What the numbers mean is canonical JSON in the one metadata key ``mien``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
from attrs import frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.mel import FLOOR

SCHEMA = "mien/network/1"
KEY = "mien"
INPUTS = ("mel", "conditions", "state")
OUTPUTS = ("weights", "after")

_FATAL = 4
"""What onnxruntime logs itself; what it raises is said by us."""


@frozen(kw_only=True)
class NetworkCard:
    """What a network was made from and how it is asked.

    ``labels`` and ``channels`` are the bank's; of the conditions it hears the labels that it
    ``knows``, and VAD where ``vad``. ``state`` is (R, W), see `start_state`. ``artifact``,
    ``targets`` and ``checkpoint`` are the sha256 in hex of the bank's artifact, of the manifest
    that it learned from (empty: none), and of the checkpoint without what training alone needs.
    """

    name: str
    bank: str
    version: str
    artifact: str
    targets: str
    checkpoint: str
    labels: tuple[str, ...]
    channels: tuple[str, ...]
    knows: tuple[str, ...]
    vad: bool
    frame_rate: int
    mels: int
    state: tuple[int, int]
    parameters: int


class OnnxNetwork:
    """An exported network, run by onnxruntime on one core."""

    def __init__(self, data: bytes, where: str) -> None:
        """Open the bytes of a file; ``where`` is what messages call it.

        Raises:
            TrainerError: onnxruntime is not installed; no ONNX file, or not one of ours.
        """
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL
        try:
            session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own classes have no public base
            reason = " ".join(str(error).split())
            raise TrainerError(f"{where}: not a network that can be run ({reason})") from None
        self._session = session
        self.size = len(data)
        self.card = _card(where, session.get_modelmeta().custom_metadata_map)

    def run(self, mel: F32, conditions: F32, state: F32) -> tuple[F32, F32]:
        """Weights (N, C) for mel (N, M) and conditions (N, D), and the state (R, W) after them."""
        given = {"mel": mel[None], "conditions": conditions[None], "state": state[None]}
        weights, after = cast("list[F32]", self._session.run(list(OUTPUTS), given))
        return weights[0], after[0]


def read_network(path: Path) -> OnnxNetwork:
    """The network in a file.

    Raises:
        TrainerError: there is no such file, or as `OnnxNetwork`.
        OSError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TrainerError(f"{path}: there is no such file, expected a network") from None
    return OnnxNetwork(data, str(path))


def start_state(network: OnnxNetwork, conditions: F32) -> F32:
    """The state (R, W) before a first frame: what R frames of silence lead to from any state."""
    card = network.card
    frames = card.state[0]
    silence = np.full((frames, card.mels), math.log(FLOOR), dtype=np.float32)
    told = np.repeat(conditions[None], frames, axis=0)
    _, state = network.run(silence, told, np.zeros(card.state, dtype=np.float32))
    return state


def _runtime() -> Any:  # noqa: ANN401  onnxruntime is untyped
    try:
        return import_module("onnxruntime")
    except ImportError:
        hint = "speaking needs the extra mien[train]: pip install 'mien[train]'"
        raise TrainerError(hint) from None


def _card(where: str, metadata: Mapping[str, str]) -> NetworkCard:
    try:
        value = cast("object", json.loads(metadata.get(KEY, "{}")))
    except ValueError:
        value = None
    found = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    kind = found.pop("schema", "none")
    if kind != SCHEMA:
        raise TrainerError(
            f"{where}: an ONNX file with schema {kind}, expected {SCHEMA}; `mien train export` "
            "writes such files"
        )
    try:
        return Converter(forbid_extra_keys=True).structure(found, NetworkCard)
    except BaseValidationError:
        raise TrainerError(f"{where}: its metadata is not that of {SCHEMA}") from None
