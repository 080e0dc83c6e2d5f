"""An exported network: an ONNX file that alone is enough to speak.

Inputs: ``mel`` (1, N, 80), ``conditions`` (1, N, labels + 3), ``state`` (1, R, W). Outputs:
``weights`` (1, N, C) in [0, 1], ``after`` (1, R, W): the state for the frames that follow. All are
float32 and N may be 1. What the numbers mean is canonical JSON in the one metadata key ``mien``.
"""

from __future__ import annotations

import json
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

SCHEMA = "mien/network/1"
KEY = "mien"
INPUTS = ("mel", "conditions", "state")
OUTPUTS = ("weights", "after")


@frozen(kw_only=True)
class NetworkCard:
    """What a network was made from and how it is asked.

    ``state`` is (R, W): R frames of silence from any state give the state before a first frame.
    ``checkpoint`` is the sha256 of its weights, ``targets`` that of the manifest it learned from.
    """

    name: str
    bank: str
    version: str
    artifact: str
    targets: str
    checkpoint: str
    labels: tuple[str, ...]
    channels: tuple[str, ...]
    frame_rate: int
    mels: int
    state: tuple[int, int]
    parameters: int


class OnnxNetwork:
    """An exported network, run by onnxruntime on one core."""

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``.

        Raises:
            TrainerError: onnxruntime is not installed; the file is missing, no ONNX file, or not
                one of ours.
        """
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            data = path.read_bytes()
            session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except FileNotFoundError:
            raise TrainerError(f"{path}: there is no such file, expected a network") from None
        except OSError:
            raise
        except Exception as error:  # onnxruntime's own classes have no public base
            reason = " ".join(str(error).split())
            raise TrainerError(f"{path}: not a network that can be run ({reason})") from None
        self._session = session
        self.size = len(data)
        self.card = _card(path, session.get_modelmeta().custom_metadata_map)

    def run(self, mel: F32, conditions: F32, state: F32) -> tuple[F32, F32]:
        """Weights (N, C) for mel (N, M) and conditions (N, D), and the state (R, W) after them."""
        given = {"mel": mel[None], "conditions": conditions[None], "state": state[None]}
        weights, after = cast("list[F32]", self._session.run(list(OUTPUTS), given))
        return weights[0], after[0]


def _runtime() -> Any:  # noqa: ANN401  onnxruntime is untyped
    try:
        return import_module("onnxruntime")
    except ImportError:
        hint = "speaking needs the extra mien[train]: pip install 'mien[train]'"
        raise TrainerError(hint) from None


def _card(path: Path, metadata: Mapping[str, str]) -> NetworkCard:
    try:
        value = cast("object", json.loads(metadata.get(KEY, "{}")))
    except ValueError:
        value = None
    found = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    kind = found.pop("schema", "none")
    if kind != SCHEMA:
        raise TrainerError(
            f"{path}: an ONNX file with schema {kind}, expected {SCHEMA}; `mien train export` "
            "writes such files"
        )
    try:
        return Converter(forbid_extra_keys=True).structure(found, NetworkCard)
    except BaseValidationError:
        raise TrainerError(f"{path}: its metadata is not that of {SCHEMA}") from None


def zero_state(card: NetworkCard) -> F32:
    """A state (R, W) to start from; see `NetworkCard.state`."""
    return np.zeros(card.state, dtype=np.float32)
