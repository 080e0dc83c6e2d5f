"""A transformer's network as an ONNX file, for programs that run such files themselves.

Numbers of pieces in, logits, VAD and the logits of corpora's own labels out. What stands around
the network, such as how a text becomes pieces, is in the metadata in words that programs can read.
"""

# torch and onnx annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from mien.reading.transformer import TransformerModel
from mien.reading.transformer_weights import MATRICES, VECTORS, TransformerWeights
from mien.text.canonical import canonical
from mien_trainer.fault import TrainerError, need_onnx
from mien_trainer.reader.network import Transformer, Widths
from mien_trainer.speak.network import KEY

INPUT, OUTPUT = "pieces", "outputs"

_EXAMPLE = 5
_TOLERANCE = 5e-3
_CHECKS = (1, 2, 7, 30)


class _One(nn.Module):
    """The network for one text, whole."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, pieces: Tensor) -> Tensor:
        return cast("Tensor", self.model(pieces, torch.full((1,), pieces.shape[1])))


def network_of(weights: TransformerWeights) -> Transformer:
    """The network in torch with the numbers of a reader's file."""
    matrices = {name: weights.matrices[name].numbers() for name in MATRICES}
    model = Transformer(
        weights.shape,
        Widths(
            embedding=matrices["embedding"].shape[1],
            hidden=matrices["project"].shape[0],
            feed=matrices["widen"].shape[0],
            pool=matrices["pool"].shape[0],
        ),
        *(len(matrices[name]) for name in ("embedding", "head")),
    )
    numbers = {f"{name}.weight": one.astype(np.float32) for name, one in matrices.items()}
    numbers |= {name: weights.vectors[name] for name in VECTORS}
    model.load_state_dict({name: torch.as_tensor(one.copy()) for name, one in numbers.items()})
    return model.eval()


def transformer_onnx(weights: TransformerWeights) -> bytes:
    """The network of a reader as an ONNX file, checked against what NumPy makes of the same.

    Raises:
        TrainerError: it makes something else, or a package of the extra is not installed.
    """
    from mien_trainer.export.onnx import quiet, strip

    need_onnx()
    network = _One(network_of(weights)).eval()
    many = torch.export.Dim("pieces", min=1, max=weights.shape.longest)
    example = torch.full((1, min(_EXAMPLE, weights.shape.longest)), 2)
    with quiet(), torch.no_grad():
        program: Any = torch.onnx.export(
            network,
            (example,),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes={"pieces": {1: many}},
            dynamo=True,
            verbose=False,
        )
    graph = program.model_proto
    strip(graph)
    graph.producer_name, graph.producer_version = "mien", ""
    entry = graph.metadata_props.add()
    entry.key = KEY
    entry.value = canonical(
        {
            "name": weights.name,
            "version": weights.version,
            "licence": weights.licence,
            "credits": list(weights.credits),
            "pieces": list(weights.vocabulary.pieces),
            "longest": weights.shape.longest,
            "labels": list(weights.labels),
            "vad": ["valence", "arousal", "dominance"],
            "corpora": {name: list(own) for name, own in weights.corpora.items()},
        }
    )
    data = cast("bytes", graph.SerializeToString(deterministic=True))
    error = difference(weights, data)
    if not error <= _TOLERANCE:
        raise TrainerError(
            f"{weights.name}: the exported network is {error:.2g} from NumPy's, expected at most "
            f"{_TOLERANCE:g}: nothing was written"
        )
    return data


def difference(weights: TransformerWeights, data: bytes) -> float:
    """The greatest difference of an output of the ONNX file and of NumPy over some pieces."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    model = TransformerModel(weights)
    draw = np.random.default_rng(0)
    found = 0.0
    for many in _CHECKS:
        size = min(many, weights.shape.longest)
        pieces = draw.integers(1, len(weights.vocabulary.pieces), size)
        said = np.asarray(session.run([OUTPUT], {INPUT: pieces[None]})[0])
        found = max(found, float(np.abs(said[0] - model.outputs(pieces.tolist())).max()))
    return found
