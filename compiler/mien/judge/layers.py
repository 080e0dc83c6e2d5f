"""The few layers that a small convolutional network has, in NumPy: pictures are (height, width, C).

Kernels lie as TensorFlow has them, (k, k, C in, C out), and padding is TensorFlow's: ``same`` puts
the odd row below and to the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def convolve(x: F64, kernel: F64, stride: int = 1, *, same: bool = True) -> F64:
    """``x`` (h, w, C) by ``kernel`` (k, k, C, D): (h / stride, w / stride, D)."""
    parts = (part @ kernel[i, j] for i, j, part in _shifted(x, len(kernel), stride, same, 0.0))
    return reduce(np.add, parts)


def convolve_depthwise(x: F64, kernel: F64, stride: int = 1, *, same: bool = True) -> F64:
    """``x`` (h, w, C), each channel by its own ``kernel`` (k, k, C, 1)."""
    shifted = _shifted(x, len(kernel), stride, same, 0.0)
    return reduce(np.add, (part * kernel[i, j, :, 0] for i, j, part in shifted))


def pool_max(x: F64, size: int, stride: int, *, same: bool = True) -> F64:
    """The greatest of each ``size`` by ``size`` window."""
    return reduce(np.maximum, (part for _, _, part in _shifted(x, size, stride, same, -np.inf)))


def rectify(x: F64) -> F64:
    """What is below 0 becomes 0."""
    return np.maximum(x, 0.0)


def softmax(x: F64) -> F64:
    """Logits (n,) as probabilities."""
    powers = np.exp(x - x.max())
    out: F64 = powers / powers.sum()
    return out


def _shifted(
    x: F64, size: int, stride: int, same: bool, beyond: float
) -> Iterator[tuple[int, int, F64]]:
    """What all places of the result see at row ``i`` and column ``j`` of their windows."""
    if same:
        margins = (*(_margins(length, size, stride) for length in x.shape[:2]), (0, 0))
        x = np.pad(x, margins, constant_values=beyond)
    height, width = x.shape[0] - size + 1, x.shape[1] - size + 1
    for i in range(size):
        for j in range(size):
            yield i, j, x[i : i + height : stride, j : j + width : stride]


def _margins(length: int, size: int, stride: int) -> tuple[int, int]:
    whole = max((-(-length // stride) - 1) * stride + size - length, 0)
    return whole // 2, whole - whole // 2
