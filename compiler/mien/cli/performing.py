"""How far a performance is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from mien.performance.performer import FaceBlock

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

LONG = 20 * 60
"""Frames from which on a bar is worth it."""


@contextmanager
def listening() -> Generator[Callable[[float], None]]:
    """What is told the share of a sound that has been heard; from then on there is a bar."""
    with ExitStack() as stack:
        bar: ProgressBar[int] | None = None

        def listened(share: float) -> None:
            nonlocal bar
            if bar is None:
                hidden = not sys.stderr.isatty()
                opened = click.progressbar(
                    length=100, label="listening", file=sys.stderr, hidden=hidden
                )
                bar = stack.enter_context(opened)
            bar.update(round(100 * share) - bar.pos)

        yield listened


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
