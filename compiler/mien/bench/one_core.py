"""Keeps the linear algebra libraries to one thread, since the bench compares single cores."""

from __future__ import annotations

import os

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def keep_to_one_core() -> None:
    """Has an effect only before NumPy and SciPy are imported."""
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
