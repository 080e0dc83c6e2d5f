"""The ways from one key to the next: rising from 0 to 1 on [0, 1], with a greatest slope known.

Twin of web/easing.js. Only + - and * in the written order, in float64; never under 0 or over 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from attrs import frozen

F64 = npt.NDArray[np.float64]


@frozen(kw_only=True)
class Easing:
    """``steepest`` is the greatest slope; the function is of t in [0, 1], any shape."""

    name: str
    steepest: float
    function: Callable[[F64], F64]

    def __call__(self, t: F64) -> F64:
        """The share of the way that is done at the share ``t`` of the time."""
        return np.minimum(1.0, self.function(t))


EASINGS = (
    Easing(name="smoothstep", steepest=1.5, function=lambda t: (t * t) * (3.0 - 2.0 * t)),
    Easing(name="linear", steepest=1.0, function=lambda t: t),
    Easing(
        name="smootherstep",
        steepest=1.875,
        function=lambda t: ((t * t) * t) * (t * (6.0 * t - 15.0) + 10.0),
    ),
    Easing(name="ease-in", steepest=2.0, function=lambda t: t * t),
    Easing(name="ease-out", steepest=2.0, function=lambda t: t * (2.0 - t)),
)
"""By their number in artifacts. The first is the usual one."""

EASING_NUMBERS: Mapping[str, int] = MappingProxyType(
    {"": 0, **{easing.name: number for number, easing in enumerate(EASINGS)}}
)
