"""The user's cache folder: what lies there may go at any time, and is then made anew."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def user_cache() -> Path:
    """Mien's part of it; nobody says that it is there, or can be written."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = Path(given) if given else Path("~/.cache").expanduser()
    except RuntimeError:  # a user without a home, for whom nothing is kept
        folder = Path(os.devnull)
    return folder / "mien"


def program_of(folder: Path, files: Iterable[Path], libraries: Iterable[str]) -> str:
    """All that could make a program give something else: files in ``folder``, and the machine.

    Raises:
        OSError: one of the files cannot be read.
    """
    code = hashlib.sha256()
    for path in sorted(files):
        code.update(path.relative_to(folder).as_posix().encode() + b"\0")
        code.update(hashlib.sha256(path.read_bytes()).digest())
    versions = [f"{name} {_version(name)}" for name in libraries]
    python = f"{sys.implementation.name} {platform.python_version()}"
    return "\n".join([code.hexdigest(), *versions, python, platform.machine()])


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
