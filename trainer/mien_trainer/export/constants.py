"""What a network learned, read off the graph of its ONNX file.

Biases and vectors keep their names there. Matrices do not, and may be in half precision: each is
what the frames are multiplied by before its bias is added.
"""

# onnx annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor


def learned(
    graph: Any,  # noqa: ANN401  an onnx.GraphProto, which has no types
    module: str = "",
) -> Iterator[tuple[str, Tensor]]:
    """What has a name that begins with ``module``, without it, and the weights of each bias.

    Raises:
        KeyError: a bias follows no product with constants.
    """
    from onnx import numpy_helper

    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    made = {node.output[0]: node for node in graph.node}
    for name, value in constants.items():
        if name.startswith(module):
            yield name.removeprefix(module), torch.as_tensor(value.copy())
    for node in graph.node:
        bias = next((one for one in node.input if one.endswith(".bias")), None)
        if node.op_type != "Add" or bias is None or not bias.startswith(module):
            continue
        name = made[next(one for one in node.input if one != bias)].input[1]
        held = constants[name if name in constants else made[name].input[0]]
        weight = np.ascontiguousarray(held.T.astype(np.float32))
        yield f"{bias.removeprefix(module).removesuffix('.bias')}.weight", torch.as_tensor(weight)
