"""Releases that this very program has verified before, remembered in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import mien
from mien.release.ledger import Entry, write_entry
from mien.text.atomic import write_atomic

_LIBRARIES = ("numpy", "numba", "llvmlite", "PyYAML")


def was_verified(entry: Entry) -> bool:
    """Whether a release with these digests was recompiled by this program and held."""
    return _note(entry).is_file()


def note_verified(entry: Entry) -> None:
    """Remember that the release holds; where nothing can be written, nothing is remembered."""
    path = _note(entry)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, f"{entry.name}\n".encode())


def _note(entry: Entry) -> Path:
    key = hashlib.sha256(f"{_program()}\n{write_entry(entry)}".encode()).hexdigest()
    return _cache() / "mien" / "verified" / key


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(given) if given else Path("~/.cache").expanduser()


@cache
def _program() -> str:
    """Everything that could make a recompilation give something else: all code, and the machine."""
    package = Path(mien.__file__).parent
    code = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        code.update(path.relative_to(package).as_posix().encode() + b"\0")
        code.update(hashlib.sha256(path.read_bytes()).digest())
    libraries = [f"{name} {_version(name)}" for name in _LIBRARIES]
    python = f"{sys.implementation.name} {platform.python_version()}"
    return "\n".join([mien.__version__, code.hexdigest(), *libraries, python, platform.machine()])


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
