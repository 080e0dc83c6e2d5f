"""The few layers that a small convolutional network has, in NumPy: pictures are (height, width, C).

Kernels lie as TensorFlow has them, (k, k, C in, C out), and padding is TensorFlow's: ``same`` puts
the odd row below and to the right.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def convolve(x: F64, kernel: F64, stride: int = 1, *, same: bool = True) -> F64:
    """``x`` (h, w, C) by ``kernel`` (k, k, C, D): (h / stride, w / stride, D)."""
    if kernel.shape[:2] == (1, 1):
        point: F64 = x[::stride, ::stride] @ kernel[0, 0]
        return point
    seen = _windows(x, kernel.shape[0], stride, same, 0.0)
    out: F64 = np.tensordot(seen, kernel.transpose(2, 0, 1, 3), 3)
    return out


def convolve_depthwise(x: F64, kernel: F64, stride: int = 1, *, same: bool = True) -> F64:
    """``x`` (h, w, C), each channel by its own ``kernel`` (k, k, C, 1)."""
    seen = _windows(x, kernel.shape[0], stride, same, 0.0)
    out: F64 = np.einsum("hwcij,ijc->hwc", seen, kernel[..., 0], optimize=True)
    return out


def pool_max(x: F64, size: int, stride: int, *, same: bool = True) -> F64:
    """The greatest of each ``size`` by ``size`` window."""
    out: F64 = _windows(x, size, stride, same, -np.inf).max(axis=(3, 4))
    return out


def rectify(x: F64) -> F64:
    """What is below 0 becomes 0."""
    return np.maximum(x, 0.0)


def softmax(x: F64) -> F64:
    """Logits (n,) as probabilities."""
    powers = np.exp(x - x.max())
    out: F64 = powers / powers.sum()
    return out


def _windows(x: F64, size: int, stride: int, same: bool, beyond: float) -> F64:
    """(h, w, C, size, size): what each place of the result sees."""
    if same:
        x = np.pad(
            x, (*(_margins(n, size, stride) for n in x.shape[:2]), (0, 0)), constant_values=beyond
        )
    seen: F64 = np.lib.stride_tricks.sliding_window_view(x, (size, size), (0, 1))
    return seen[::stride, ::stride]


def _margins(length: int, size: int, stride: int) -> tuple[int, int]:
    whole = max((-(-length // stride) - 1) * stride + size - length, 0)
    return whole // 2, whole - whole // 2
