"""How far a performance is."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

import click

from mien.performance.performer import FaceBlock

LONG = 20 * 60
"""Frames from which on a bar is worth it."""


@contextmanager
def shown_blocks(blocks: Iterable[FaceBlock], frames: int) -> Generator[Iterator[FaceBlock]]:
    """The blocks, with a bar of ``frames`` on a terminal where there are many."""
    hidden = frames < LONG or not sys.stderr.isatty()
    with click.progressbar(
        length=frames, label="performing", file=sys.stderr, hidden=hidden
    ) as bar:

        def passed() -> Iterator[FaceBlock]:
            for block in blocks:
                yield block
                bar.update(len(block.weights))

        yield passed()
