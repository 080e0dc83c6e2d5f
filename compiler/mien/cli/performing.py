"""How far a performance is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.terminal import say
from mien.performance.performer import FaceBlock
from mien.performance.sources import sound_frames

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

LONG = 20 * 60
"""Frames from which on a bar is worth it."""

_TENTHS = 10


@contextmanager
def listening(audio: Path | None) -> Generator[Callable[[float], None]]:
    """What is told the share of the sound ``audio`` that has been heard; from 0 on there is a bar.

    Elsewhere than on a terminal there is a line every tenth, such as in a log, where it is long.
    """
    if not sys.stderr.isatty():
        yield _tenths(audio)
        return
    with ExitStack() as stack:
        bar: ProgressBar[int] | None = None

        def listened(share: float) -> None:
            nonlocal bar
            if bar is None:
                opened = click.progressbar(length=100, label=_DOING, file=sys.stderr)
                bar = stack.enter_context(opened)
            bar.update(round(100 * share) - bar.pos)

        yield listened


_DOING = "listening"


def _tenths(audio: Path | None) -> Callable[[float], None]:
    long: bool | None = None
    said = -1

    def listened(share: float) -> None:
        nonlocal long, said
        if long is None:  # it has been opened by now, so that its length costs nothing
            long = audio is not None and sound_frames(audio) >= LONG
        tenth = int(_TENTHS * share)
        if long and tenth > said:
            said = tenth
            say(f"{_DOING}: {100 * tenth // _TENTHS} %", err=True)

    return listened


@contextmanager
def performing(frames: int) -> Generator[Callable[[int], None]]:
    """What is told each number of frames that were performed, of ``frames`` in all.

    There is a bar on a terminal where they are many.
    """
    hidden = frames < LONG or not sys.stderr.isatty()
    with click.progressbar(
        length=frames, label="performing", file=sys.stderr, hidden=hidden
    ) as bar:
        yield bar.update


@contextmanager
def shown_blocks(blocks: Iterable[FaceBlock], frames: int) -> Generator[Iterator[FaceBlock]]:
    """The blocks, with a bar of ``frames`` on a terminal where there are many."""
    with performing(frames) as performed:

        def passed() -> Iterator[FaceBlock]:
            for block in blocks:
                yield block
                performed(len(block.weights))

        yield passed()
