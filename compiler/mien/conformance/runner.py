"""A setting in which the questions are answered: a command and its environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from mien.conformance.fault import ConformanceError
from mien.conformance.places import SCRATCH

_SETTINGS = ("NUMBA_", "PYTHONHASHSEED", "LC_", "LANG", "TZ", "GLIBC_TUNABLES")
"""Prefixes of the variables that no runner inherits: each says its own."""

_LAST_LINES = 15


@frozen(kw_only=True)
class Runner:
    """One setting.

    ``command`` is followed by the run's folder, that of the answers and ``limit``; ``limit``
    caps how many questions of each kind a slow runner answers, 0 = all. ``compiles`` is
    false where the runner reads the reference's artifacts instead of compiling the banks.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(factory=dict[str, str])
    limit: int = 0
    compiles: bool = True


def python_runner(
    name: str,
    way: str,
    *,
    python: tuple[str, ...] = (sys.executable,),
    threads: int = 1,
    limit: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Runner:
    """A runner in Python whose faces are computed one ``way``: `numpy` or `numba`."""
    return Runner(
        name=name,
        command=(*python, "-m", "mien.conformance.answer", way, str(threads)),
        environment=environment or {},
        limit=limit,
    )


def run(runner: Runner, folder: Path, answers: Path) -> float:
    """Let the runner answer into ``answers`` what ``folder`` asks; gives the seconds it took.

    Raises:
        ConformanceError: it failed; the message ends with what it said last.
    """
    answers.mkdir(parents=True)
    kept = {name: v for name, v in os.environ.items() if not name.startswith(_SETTINGS)}
    package = str(Path(__file__).resolve().parents[2])
    environment = {
        **kept,
        "PYTHONPATH": package,
        "NUMBA_CACHE_DIR": str(folder / SCRATCH / runner.name.replace(" ", "-")),
        **runner.environment,
    }
    command = [*runner.command, str(folder), str(answers), str(runner.limit)]
    began = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - the commands are those of this package
        command, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        said = "\n".join((ended.stdout + ended.stderr).splitlines()[-_LAST_LINES:])
        raise ConformanceError(f"{runner.name} failed with exit code {ended.returncode}:\n{said}")
    return time.perf_counter() - began
