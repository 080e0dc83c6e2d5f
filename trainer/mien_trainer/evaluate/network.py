"""A network that is measured: from a checkpoint or an exported file, beside its bank.

Dimension letters: B sequences, N frames, M mel bands, D conditions (labels + 3), E labels, K
intensities, C channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien_trainer.conditions import condition_rows
from mien_trainer.fault import need_torch
from mien_trainer.frames import F32
from mien_trainer.speak.network import NetworkCard, OnnxNetwork, read_network, start_state

if TYPE_CHECKING:
    from mien_trainer.model.net import FaceNet

_MID = "mid"
_FRAMES = 1 << 14
"""Frames of a batch, so that memory stays flat."""


Predictor = Callable[[F32, F32], F32]
"""Weights (B, N, C) in [0, 1] for log-mel (B, N, M) and conditions (B, N, D).

Faces from the first frame on, each from its own frame and those before it.
"""


@frozen(kw_only=True, eq=False)
class EvaluatedNetwork:
    """What gives a network's faces, beside the bank it was trained on."""

    predict: Predictor
    bank: Bank

    def faces(self, mel: F32, labels: Sequence[int], vads: F32) -> F32:
        """Weights (B, N, C) for one sound (N, M) under B pairs of label position and VAD (3,)."""
        frames, count = len(mel), len(self.bank.labels)
        rows = [
            condition_rows(label, count, np.repeat(vad[None, :], frames, axis=0))
            for label, vad in zip(labels, vads, strict=True)
        ]
        return self.predict(np.repeat(mel[None], len(rows), axis=0), np.stack(rows))

    @property
    def middle(self) -> str:
        """The intensity at which lips are measured."""
        names = self.bank.intensities
        return _MID if _MID in names else names[len(names) // 2]

    def anchors(self) -> tuple[list[int], F32]:
        """Label position and VAD of every intensity anchor: (E * K,) and (E * K, 3)."""
        tables = self.bank.tables.labels
        positions = [e for e, table in enumerate(tables) for _ in table.anchors]
        return positions, np.concatenate([table.anchors for table in tables])

    def anchors_at(self, intensity: str) -> F32:
        """The VAD (E, 3) of every label's anchor at one intensity."""
        at = self.bank.intensities.index(intensity)
        return np.stack([table.anchors[at] for table in self.bank.tables.labels])

    def archetypes(self) -> F32:
        """The authored faces (E * K, C), in the order of `anchors`."""
        return np.concatenate([table.archetypes for table in self.bank.tables.labels])

    def channels_of(self, *classes: str) -> list[int]:
        """The positions of the channels of some classes."""
        return [at for at, kind in enumerate(self.bank.tables.classes) if kind in classes]


@frozen(kw_only=True, eq=False)
class Network:
    """What gives a network's faces, and what it is once exported."""

    predict: Predictor
    exported: OnnxNetwork

    @property
    def card(self) -> NetworkCard:
        """What it was made from."""
        return self.exported.card


def open_network(path: Path) -> Network:
    """The network at ``path``: an exported .onnx file, a checkpoint, or the folder of a training.

    A checkpoint is exported in memory, so that its speed is that of what people will run.

    Raises:
        TrainerError: it is none of these, or something of the extra is not installed.
        OSError: the file cannot be read.
    """
    if path.suffix == ".onnx":
        exported = read_network(path)
        return Network(predict=onnx_predictor(exported), exported=exported)
    need_torch()
    from mien_trainer.export.onnx import onnx_bytes
    from mien_trainer.train.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(path)
    return Network(
        predict=torch_predictor(checkpoint.model),
        exported=OnnxNetwork(onnx_bytes(checkpoint), str(path)),
    )


def onnx_predictor(network: OnnxNetwork) -> Predictor:
    """An exported network as onnxruntime runs it, one sequence after another."""

    def one(mel: F32, conditions: F32) -> F32:
        return network.run(mel, conditions, start_state(network, conditions[0]))[0]

    def predict(mel: F32, conditions: F32) -> F32:
        return np.stack([one(*pair) for pair in zip(mel, conditions, strict=True)])

    return predict


def torch_predictor(model: FaceNet) -> Predictor:
    """A network as torch runs it, many sequences at once."""
    import torch

    from mien_trainer.train.processes import one_thread

    def some(mel: F32, conditions: F32) -> F32:
        # Copies, because clips from shards are read-only and torch warns of that.
        given = torch.as_tensor(mel.copy()), torch.as_tensor(conditions.copy())
        faces: F32 = model.clip(*given).numpy()
        return faces

    def predict(mel: F32, conditions: F32) -> F32:
        batch = max(1, _FRAMES // mel.shape[1])
        with one_thread(), torch.no_grad():
            parts = [
                some(mel[begin : begin + batch], conditions[begin : begin + batch])
                for begin in range(0, len(mel), batch)
            ]
        return np.concatenate(parts)

    return predict


def mean_faces(faces: F32) -> F32:
    """The mean over frames (B, C) of faces (B, N, C); exact where they do not change."""
    mean: F32 = faces.mean(axis=1, dtype=np.float64).astype(np.float32)
    return mean
