"""Everything that `mien bench` measures, in the order of its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien.bench.compile_cost import compile_rows
from mien.bench.faces import face_rows
from mien.bench.row import Row
from mien.bench.start_up import start_up_rows
from mien.engine.tables import Tables


@frozen(kw_only=True)
class Size:
    """How much is measured."""

    batches: tuple[int, ...]
    characters: tuple[int, ...]
    rounds: int
    starts: int


FULL = Size(
    batches=(1, 48, 1_000, 100_000, 1_000_000), characters=(10, 100, 1_000), rounds=15, starts=9
)
QUICK = Size(batches=(1, 48, 1_000, 100_000), characters=(10, 50), rounds=5, starts=3)


def measure(tables: Tables, folder: Path | None, size: Size) -> Iterator[Row]:
    """The rows of a bank's ``tables``; of its sources in ``folder`` too, where there are any.

    Raises:
        BenchError: SciPy is missing, a peer computes other faces, or a command fails.
    """
    yield from face_rows(tables, size.batches, rounds=size.rounds)
    yield from compile_rows(size.characters)
    if folder is not None:
        yield from start_up_rows(folder, tables.labels[0].label, rounds=size.starts)
