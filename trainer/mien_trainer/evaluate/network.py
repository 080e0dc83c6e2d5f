"""A network to be measured, from a checkpoint or an exported file."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from mien_trainer.evaluate.onnx_predictor import OnnxPredictor
from mien_trainer.evaluate.predictor import Predictor
from mien_trainer.speak.onnx_file import NetworkCard, OnnxNetwork, read_network


@frozen(kw_only=True, eq=False)
class Network:
    """What gives its faces, and what it is once exported."""

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
        return Network(predict=OnnxPredictor(exported), exported=exported)
    from mien_trainer.train.torch_needed import need_torch

    need_torch()
    from mien_trainer.evaluate.torch_predictor import TorchPredictor
    from mien_trainer.export.onnx import onnx_bytes
    from mien_trainer.train.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(path)
    return Network(
        predict=TorchPredictor(checkpoint.model),
        exported=OnnxNetwork(onnx_bytes(checkpoint), str(path)),
    )
