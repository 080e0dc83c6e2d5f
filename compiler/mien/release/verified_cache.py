"""Releases that this very program has verified before, remembered in the user's cache folder."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import mien
from mien.release.ledger import Entry, write_entry
from mien.text.atomic import write_atomic
from mien.text.user_cache import program_of, user_cache

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
    return user_cache() / "verified" / key


@cache
def _program() -> str:
    package = Path(mien.__file__).parent
    return f"{mien.__version__}\n{program_of(package, package.rglob('*.py'), _LIBRARIES)}"
