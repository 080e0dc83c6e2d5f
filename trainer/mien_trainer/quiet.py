"""Silence for libraries in C that write to the process's stderr past Python."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

_STDERR = 2


@contextmanager
def quiet() -> Generator[None]:
    """What is written to stderr meanwhile goes nowhere: libmpg123 notes what it can mend itself."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # there is no stderr
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(nowhere)
        os.close(kept)
