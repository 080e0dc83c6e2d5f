"""Speed against peers that compute the same, measured side by side in one run."""

from __future__ import annotations

import os

from mien.errors import MienError

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


class BenchError(MienError):
    """A peer is missing or does not compute the same; the message says which and what to do."""


def keep_to_one_core() -> None:
    """Keep the linear algebra libraries to one thread, since the bench compares single cores.

    Has an effect only before NumPy and SciPy are imported.
    """
    os.environ.update(dict.fromkeys(_THREADS, "1"))
