"""The oldest and the newest NumPy and Numba that this package allows, each in its own folder."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

from mien.conformance.fault import ConformanceError
from mien.conformance.runner import Runner, python_runner

_PINNED = ("numba", "numpy")


def environment_runners(folder: Path) -> tuple[Runner, ...]:
    """Runners in environments under ``folder``, made where they are not there yet.

    Raises:
        ConformanceError: an environment cannot be made.
    """
    needed = [text for text in requires("mien") or () if "extra ==" not in text]
    oldest = [_floor(text) for text in needed]
    runners: list[Runner] = []
    for name, packages in (("oldest", oldest), ("newest", needed)):
        python = (str(_environment(folder / name, packages)),)
        runners += [
            python_runner(f"{way}, {name} supported", way, python=python)
            for way in ("numpy", "numba")
        ]
    return tuple(runners)


def _floor(requirement: str) -> str:
    """``numba>=0.60`` as ``numba==0.60.*`` where the package is one that computes."""
    found = re.match(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", requirement)
    if found is None or found[1].lower() not in _PINNED:
        return requirement
    return f"{found[1]}=={found[2]}.*"


def _environment(folder: Path, packages: list[str]) -> Path:
    python = folder / "bin" / "python"
    done = folder / "packages.txt"
    wanted = "\n".join(packages)
    if done.is_file() and done.read_text(encoding="utf-8") == wanted:
        return python
    _call([sys.executable, "-m", "venv", "--clear", str(folder)])
    _call([str(python), "-m", "pip", "install", "--quiet", *packages])
    done.write_text(wanted, encoding="utf-8")
    return python


def _call(command: list[str]) -> None:
    ended = subprocess.run(  # noqa: S603 - venv and pip
        command, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise ConformanceError(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
