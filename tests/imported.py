"""What a program has imported when it ends, in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.child import finished

COMPILER = Path(__file__).resolve().parents[1] / "compiler"


def imported_after(program: str) -> set[str]:
    """Top-level packages in memory after the Python text ``program``."""
    path = [str(COMPILER), os.environ.get("PYTHONPATH", "")]
    done = finished(
        [sys.executable, "-c", f"{program}\nimport sys\nprint('|', *sys.modules)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
    )
    return {name.partition(".")[0] for name in done.stdout.rpartition("|")[2].split()}


def imported_by(*arguments: str) -> set[str]:
    """Top-level packages in memory after `mien` ran with these arguments and ended well."""
    return imported_after(f"from mien.cli.main import run\nassert run({list(arguments)!r}) == 0")
