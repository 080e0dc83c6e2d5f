"""The classifier of emotions of @vladmandic/human, run from the graph that its package holds.

A network with residual blocks of separable convolutions (O. Arriaga et al., Real-time Convolutional
Neural Networks for Emotion and Gender Classification, 2017), trained on FER-2013.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.judge.classifier import BASIC, unreadable
from mien.judge.crop import Crop, FaceFrame, greyscale
from mien.judge.layers import convolve, convolve_depthwise, pool_max, rectify, softmax
from mien.judge.node_package import find_package, install_line, read_json, read_weights

F64 = npt.NDArray[np.float64]

PACKAGE = "@vladmandic/human"
_ORDER = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")


@frozen(kw_only=True)
class Operation:
    """One node of the graph: ``name`` of what comes out, and the names of what goes in."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    stride: int
    window: int
    same: bool
    rectified: bool


_RUN: Mapping[str, Callable[[Operation, list[F64]], F64]] = {
    "_FusedConv2D": lambda node, x: _rectified(
        node, convolve(x[0], x[1], node.stride, same=node.same) + x[2]
    ),
    "DepthwiseConv2dNative": lambda node, x: convolve_depthwise(
        x[0], x[1], node.stride, same=node.same
    ),
    "MaxPool": lambda node, x: pool_max(x[0], node.window, node.stride, same=node.same),
    "AddV2": lambda _, x: x[0] + x[1],
    "Relu": lambda _, x: rectify(x[0]),
    "Mean": lambda _, x: np.asarray(x[0].mean(axis=(0, 1)), dtype=np.float64),
    "Softmax": lambda _, x: softmax(x[0]),
    "Identity": lambda _, x: x[0],
}


def _rectified(node: Operation, x: F64) -> F64:
    return rectify(x) if node.rectified else x


@frozen(kw_only=True, eq=False)
class Human:
    """Shown the head with a margin, as its package's detector cuts it: 1.4 of the face found."""

    operations: tuple[Operation, ...]
    constants: Mapping[str, F64]
    size: int = 64

    def crop(self, face: FaceFrame) -> Crop:
        """The face and a quarter more."""
        side = 1.25 * max(face.right - face.left, face.bottom - face.top)
        return Crop(x=(face.left + face.right) / 2, y=(face.top + face.bottom) / 2, side=side)

    def scores(self, part: F64) -> F64:
        """See `Classifier`."""
        values = dict(self.constants)
        for node in self.operations:
            if node.kind == "Placeholder":
                values[node.name] = greyscale(part)
            elif node.kind != "Const":
                inputs = [values[name] for name in node.inputs]
                values[node.name] = _RUN[node.kind](node, inputs)
        own = values[self.operations[-1].name]
        return np.array([own[_ORDER.index(name)] for name in BASIC])


def open_human() -> Human:
    """The classifier in the npm package.

    Raises:
        JudgeUnavailableError: the package is not installed, or its network cannot be read.
    """
    folder = find_package(PACKAGE) / "models"
    path = folder / "emotion.json"
    graph = read_json(PACKAGE, path)
    try:
        listed = {node.name: node for node in map(_operation, graph["modelTopology"]["node"])}
        groups = graph["weightsManifest"]
        weights = read_weights(PACKAGE, folder, groups[0])
        found = Human(operations=tuple(_ordered(listed)), constants=weights)
        found.scores(np.zeros((found.size, found.size, 3)))
    except (KeyError, TypeError, ValueError, IndexError, CycleError) as error:
        raise unreadable(PACKAGE, path, f"{error!r}", install_line(PACKAGE)) from None
    return found


def _operation(node: Any) -> Operation:  # noqa: ANN401  what a package holds
    attributes = node.get("attr", {})
    fused = attributes.get("fused_ops", {}).get("list", {}).get("s", [])
    padding = attributes.get("padding", {}).get("s")
    return Operation(
        name=str(node["name"]),
        kind=str(node["op"]),
        inputs=tuple(str(name).partition(":")[0] for name in node.get("input", [])),
        stride=_second(attributes, "strides"),
        window=_second(attributes, "ksize"),
        same=padding is None or base64.b64decode(padding) == b"SAME",
        rectified=b"Relu" in [base64.b64decode(one) for one in fused],
    )


def _second(attributes: Any, name: str) -> int:  # noqa: ANN401  likewise
    """Of the four numbers, one a dimension, that of the height."""
    listed = attributes.get(name, {}).get("list", {}).get("i", [1, 1])
    return int(listed[1])


def _ordered(listed: Mapping[str, Operation]) -> Iterator[Operation]:
    """The operations, each after what it needs; the last is the graph's answer."""
    order = TopologicalSorter({node.name: node.inputs for node in listed.values()}).static_order()
    answer = next(node for node in listed.values() if node.kind == "Identity")
    yield from (listed[name] for name in order if name != answer.name)
    yield answer
