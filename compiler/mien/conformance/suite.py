"""A whole conformance run: queries, every implementation's results, differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import field, frozen

from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.conformance.compare import (
    ARTIFACT,
    KINDS,
    NANOSECONDS,
    QUERIES,
    RESULTS,
    SOURCES,
    Difference,
    artifact_digest,
    compare_bank,
    digest,
    results_of,
)
from mien.conformance.implementations import Implementation, run
from mien.conformance.performances import performances_of, save_performances
from mien.conformance.queries import make_queries, save_queries
from mien.conformance.sources import bank_named, bank_names, copy_sources
from mien.engine.registry import get_engine
from mien.versions import ENGINE

_AT_ONCE = 2
_FACES = 7000
"""Of each bank: over 200,000 in all."""

_QUICK_FACES = 400


@frozen(kw_only=True)
class Comparison:
    """One implementation's results beside the reference's.

    ``digest`` and ``expected`` are the sha256 of its results and of the reference's for the same
    queries; ``artifacts`` that of what it compiled, empty where it compiles nothing. ``asked``
    counts the results of each kind, ``faces`` those of that kind. ``nanoseconds`` is what one face
    of the first bank took it, None where it does not say.
    """

    implementation: str
    faces: int
    digest: str
    expected: str
    artifacts: str
    seconds: float
    differences: tuple[Difference, ...]
    asked: Mapping[str, int] = field(factory=dict[str, int])
    nanoseconds: float | None = field(default=None)


def prepare(folder: Path, *, quick: bool) -> dict[str, tuple[str, ...]]:
    """Write sources of every bank, and queries to it; gives each bank's channels.

    Raises:
        SourceError: a shipped bank cannot be compiled.
    """
    names = bank_names(quick=quick)
    copy_sources(names, folder / SOURCES)
    channels: dict[str, tuple[str, ...]] = {}
    for seed, name in enumerate(names):
        tables = get_engine(ENGINE).compile_tables(bank_named(name, folder / SOURCES))
        target = folder / QUERIES / name
        target.mkdir(parents=True)
        (target / ARTIFACT).write_bytes(artifact_bytes(tables))
        save_queries(make_queries(tables, _QUICK_FACES if quick else _FACES, seed), target)
        bank = Bank(tables)
        save_performances(bank, performances_of(bank, name), target)
        channels[name] = tables.channels
    return channels


def conformance(
    reference: Implementation,
    implementations: Sequence[Implementation],
    folder: Path,
    *,
    quick: bool,
) -> Iterator[Comparison]:
    """Each implementation's comparison, the reference's first; ``folder`` must be empty, is filled.

    Raises:
        ConformanceError: an implementation failed.
        SourceError: a shipped bank cannot be compiled.
    """
    channels = prepare(folder, quick=quick)
    expected = folder / RESULTS / "0"
    seconds = run(reference, folder, expected)
    yield _comparison(reference, expected, expected, channels, seconds)

    def follow(numbered: tuple[int, Implementation]) -> Comparison:
        number, implementation = numbered
        found = folder / RESULTS / str(number)
        took = run(implementation, folder, found)
        return _comparison(implementation, expected, found, channels, took)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(follow, enumerate(implementations, 1))


def _comparison(
    implementation: Implementation,
    expected: Path,
    found: Path,
    channels: dict[str, tuple[str, ...]],
    seconds: float,
) -> Comparison:
    name, compiles = implementation.name, implementation.compiles
    differences = [
        compare_bank(
            name,
            expected / bank,
            found / bank,
            channels=names,
            compiles=compiles,
            performs=implementation.performs,
        )
        for bank, names in channels.items()
    ]
    right = [expected / bank for bank in channels]
    given = [found / bank for bank in channels]
    asked = {
        kind: sum(results_of(found / bank, kind, names) for bank, names in channels.items())
        for kind in KINDS
    }
    took = next(bank / NANOSECONDS for bank in given)
    return Comparison(
        implementation=name,
        faces=asked["faces"],
        asked=asked,
        nanoseconds=float(took.read_text("ascii")) if took.exists() else None,
        digest=digest(given, given),
        expected=digest(right, given),
        artifacts=artifact_digest(given) if compiles else "",
        seconds=seconds,
        differences=tuple(d for d in differences if d is not None),
    )
