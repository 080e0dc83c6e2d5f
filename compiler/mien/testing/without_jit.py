"""Answer queries with Numba's JIT off: ``python -m mien.testing.without_jit FOLDER``.

A process of its own, since Numba reads its settings when it is imported. FOLDER holds the
artifact, and the queries as `mien.conformance.queries.save_queries` writes them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mien.artifact.read import read_artifact
from mien.conformance.evaluate import NUMBA, results
from mien.conformance.queries import Queries, load_queries, save_queries
from mien.engine.tables import F32

_ARTIFACT = "bank.safetensors"


def answer_without_jit(artifact: bytes, queries: Queries) -> Mapping[str, F32]:
    """Kind of query to its answers, one row each, by the kernels as plain Python.

    Raises:
        RuntimeError: the other process failed; the message is what it wrote last.
    """
    package = str(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _ARTIFACT).write_bytes(artifact)
        save_queries(queries, folder)
        ended = subprocess.run(  # noqa: S603 - this module
            [sys.executable, "-m", __name__, name],
            env={**os.environ, "PYTHONPATH": package, "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(ended.stderr)
        return {path.stem: np.load(path) for path in folder.glob("*.npy")}


def _main(folder: Path) -> None:
    tables = read_artifact(folder / _ARTIFACT)
    for kind, rows in results(tables, load_queries(folder, tables), NUMBA, 1).items():
        np.save(folder / f"{kind}.npy", rows)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
