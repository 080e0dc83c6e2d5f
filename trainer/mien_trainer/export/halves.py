"""The numbers of a network in half precision: a file of half the size, for pages that fetch it.

What is rounded is known to whatever runs the file: it holds the matrices as float16 and casts them
to float32 when it is opened, so that every runtime has the same numbers.
"""

# onnx annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import nn

from mien_trainer.fault import TrainerError

Module = TypeVar("Module", bound=nn.Module)

_LARGE = 1 << 10
"""Numbers from which on a matrix is worth it."""


def rounded(net: Module) -> Module:
    """``net`` itself, its large matrices rounded to what float16 can say."""
    with torch.no_grad():
        for one in net.parameters():
            if one.dim() > 1 and one.numel() >= _LARGE:
                one.copy_(one.half().float())
    return net


def halve(graph: Any) -> None:  # noqa: ANN401  an onnx.ModelProto, which has no types
    """Hold the large matrices of an ONNX model as float16, in place.

    Raises:
        TrainerError: a number is too great for float16.
    """
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    casts: list[Any] = []
    for one in graph.graph.initializer:
        numbers = numpy_helper.to_array(one)
        if one.data_type != TensorProto.FLOAT or numbers.ndim < 2 or numbers.size < _LARGE:
            continue
        half = numbers.astype(np.float16)
        if not np.isfinite(half).all():
            raise TrainerError(f"{one.name} has numbers that are too great for half precision")
        held = f"{one.name}_half"
        casts.append(helper.make_node("Cast", [held], [one.name], to=TensorProto.FLOAT))
        one.CopyFrom(numpy_helper.from_array(half, held))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
