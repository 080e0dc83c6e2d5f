"""Numbers as text, with as many decimals as the Live Link Face app writes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.twins import has_twin

F64 = npt.NDArray[np.float64]

PLACES = 10


@has_twin("mien.formats.decimal_kernels")
def decimals(values: F64) -> list[str]:
    """A row of text for each row of numbers (n, C), a comma before each: ``,0.1250000000``."""
    row = f",%.{PLACES}f" * values.shape[1]
    return [row % tuple(numbers) for numbers in values.tolist()]
