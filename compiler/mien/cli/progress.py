"""How far a long command is, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial

import click


@contextmanager
def progress(label: str, length: int) -> Generator[Callable[[], None]]:
    """A bar of ``length`` steps on a terminal, one line elsewhere; the block calls what it gets.

    What is drawn goes to stderr, so that the result on stdout stays clean.
    """
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield partial(bar.update, 1)
