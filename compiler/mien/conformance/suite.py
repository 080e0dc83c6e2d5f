"""A whole conformance run: questions, every runner's answers, differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

from mien.artifact.write import artifact_bytes
from mien.conformance.compare import (
    ARTIFACT,
    Difference,
    artifact_digest,
    compare_bank,
    digest,
)
from mien.conformance.places import ANSWERS, QUESTIONS, SOURCES
from mien.conformance.queries import make_queries, save_queries
from mien.conformance.runner import Runner, run
from mien.conformance.subjects import copy_sources, subject, subject_names
from mien.engine.registry import get_engine
from mien.versions import ENGINE

_AT_ONCE = 2
_FACES = 2000
_QUICK_FACES = 400


@frozen(kw_only=True)
class Result:
    """One runner's answers against the reference's.

    ``faces`` and ``expected`` are the sha256 of the runner's answers and of the reference's to the
    same questions; ``artifacts`` that of what it compiled, empty where it compiles nothing.
    """

    runner: str
    answers: int
    faces: str
    expected: str
    artifacts: str
    seconds: float
    differences: tuple[Difference, ...]


def prepare(folder: Path, *, quick: bool) -> dict[str, tuple[str, ...]]:
    """Write sources of, and questions about, every bank; gives each bank's channels.

    Raises:
        SourceError: a shipped bank cannot be compiled.
    """
    names = subject_names(quick=quick)
    copy_sources(names, folder / SOURCES)
    channels: dict[str, tuple[str, ...]] = {}
    for seed, name in enumerate(names):
        tables = get_engine(ENGINE).compile_tables(subject(name, folder / SOURCES))
        asked = folder / QUESTIONS / name
        asked.mkdir(parents=True)
        (asked / ARTIFACT).write_bytes(artifact_bytes(tables))
        save_queries(make_queries(tables, _QUICK_FACES if quick else _FACES, seed), asked)
        channels[name] = tables.channels
    return channels


def conformance(
    reference: Runner, runners: Sequence[Runner], folder: Path, *, quick: bool
) -> Iterator[Result]:
    """Each runner's result, the reference's first; ``folder`` must be empty and is filled.

    Raises:
        ConformanceError: a runner failed.
        SourceError: a shipped bank cannot be compiled.
    """
    channels = prepare(folder, quick=quick)
    expected = folder / ANSWERS / "0"
    seconds = run(reference, folder, expected)
    yield _result(reference, expected, expected, channels, seconds)

    def follow(numbered: tuple[int, Runner]) -> Result:
        number, runner = numbered
        found = folder / ANSWERS / str(number)
        took = run(runner, folder, found)
        return _result(runner, expected, found, channels, took)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(follow, enumerate(runners, 1))


def _result(
    runner: Runner,
    expected: Path,
    found: Path,
    channels: dict[str, tuple[str, ...]],
    seconds: float,
) -> Result:
    differences = [
        compare_bank(
            runner.name, expected / bank, found / bank, channels=names, compiles=runner.compiles
        )
        for bank, names in channels.items()
    ]
    right = [expected / bank for bank in channels]
    given = [found / bank for bank in channels]
    return Result(
        runner=runner.name,
        answers=sum(
            (folder / "faces").stat().st_size // (4 * len(names))
            for folder, names in zip(given, channels.values(), strict=True)
        ),
        faces=digest(given, given),
        expected=digest(right, given),
        artifacts=artifact_digest(given) if runner.compiles else "",
        seconds=seconds,
        differences=tuple(d for d in differences if d is not None),
    )
