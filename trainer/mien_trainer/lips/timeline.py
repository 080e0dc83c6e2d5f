"""Phonemes as a line of visemes that leaves no moment without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.lips.table import VisemeTable
from mien_trainer.phonemes import Phoneme

F64 = npt.NDArray[np.float64]


@frozen(kw_only=True, eq=False)
class Timeline:
    """S visemes in order of time; the first and the last are rest without end.

    ``names`` of visemes; ``starts`` and ``ends`` (S,) in seconds.
    """

    names: tuple[str, ...]
    starts: F64
    ends: F64


def timeline(phonemes: Sequence[Phoneme], table: VisemeTable) -> Timeline:
    """The visemes of ``phonemes``, with rest before, after and between them.

    Of several visemes in one symbol the first has two parts of the time, each other one.
    """
    steps: list[tuple[str, float, float]] = []
    for name, start, end in _steps(phonemes, table):
        if steps and name == table.rest == steps[-1][0]:
            steps[-1] = (name, steps[-1][1], end)
        else:
            steps.append((name, start, end))
    return Timeline(
        names=tuple(name for name, _, _ in steps),
        starts=np.array([start for _, start, _ in steps]),
        ends=np.array([end for _, _, end in steps]),
    )


def _steps(phonemes: Sequence[Phoneme], table: VisemeTable) -> Iterator[tuple[str, float, float]]:
    reached = -np.inf
    for phoneme in phonemes:
        if phoneme.start > reached:
            yield table.rest, reached, phoneme.start
        visemes = table.read(phoneme.symbol).visemes
        part = (phoneme.end - phoneme.start) / (len(visemes) + (len(visemes) > 1))
        later = [phoneme.end - part * left for left in range(len(visemes) - 1, 0, -1)]
        bounds = (phoneme.start, *later, phoneme.end)
        for name, (start, end) in zip(visemes, pairwise(bounds), strict=True):
            yield name, start, end
        reached = max(reached, phoneme.end)
    yield table.rest, reached, np.inf
