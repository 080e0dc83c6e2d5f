"""Performances into files, piece by piece where the format can, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from attrs import evolve

from mien.formats.arkit import unspelled
from mien.formats.registry import format_of, writable
from mien.formats.take import Take, gathered_take
from mien.performance.clock import FRAME_RATE
from mien.text.atomic import replacing, write_atomic


def write_performance(
    path: Path, channels: tuple[str, ...], blocks: Iterable[Take], source: str, mesh: str = ""
) -> None:
    """Write the takes that come in blocks as one; the ending decides the format.

    Where a format streams, memory does not grow with the performance.

    Raises:
        FormatError: no format that is written ends so.
        OSError: the file cannot be written.
    """
    chosen = format_of(path, writable())
    if chosen.whole:
        channels, blocks = _completed(channels, blocks)
    if not chosen.streams:
        take = gathered_take(FRAME_RATE, channels, blocks, source)
        write_atomic(path, chosen.encode(evolve(take, name=path.stem), mesh))
        return
    with replacing(path) as file:
        for piece in chosen.stream(FRAME_RATE, channels, blocks, source):
            file.write(piece)


def _completed(
    channels: tuple[str, ...], blocks: Iterable[Take]
) -> tuple[tuple[str, ...], Iterator[Take]]:
    """With all of ARKit's channels; those that no channel spells are at rest."""
    missing = unspelled(channels)
    names = (*channels, *missing)

    def widened() -> Iterator[Take]:
        for take in blocks:
            rest = np.zeros((len(take.weights), len(missing)), dtype=np.float32)
            yield evolve(take, channels=names, weights=np.concatenate((take.weights, rest), axis=1))

    return names, widened()
