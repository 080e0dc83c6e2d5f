"""Everything that `mien bench` measures, in the order of its report.

Faces are measured by `mien.bench.faces` in this process; here, in processes of their own: what
compiling banks of many characters costs (time that grows with them, memory that does not), and how
long commands take to start and end, beside bare interpreters and imports.

A character is a bank of 16 labels with three intensities each: 48 archetypes of 52 channels. The
process compiles one after the other and keeps none, as a build of a whole cast does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from mien.bench import BenchError
from mien.bench.faces import face_rows
from mien.bench.performance import performance_rows
from mien.bench.report import Better, Row
from mien.bench.stream import stream_rows
from mien.bench.timing import medians
from mien.engine.tables import Tables

_MIEN = ("-m", "mien.cli.main")
_BARE = ("-c", "pass")
_NUMPY = ("-c", "import numpy")
_NUMBA = ("-c", "import numba")

_SCRIPT = """
import json, sys, time
from mien.artifact.write import artifact_bytes
from mien.bench.timing import peak_mebibytes
from mien.conformance.banks import generated_bank
from mien.engine.registry import get_engine

engine = get_engine(1)

def compile_one(seed):
    bank = generated_bank(seed, channels=52, labels=16, intensities=3)
    began = time.perf_counter()
    artifact_bytes(engine.compile_tables(bank))
    return time.perf_counter() - began

for seed in range(3):
    compile_one(seed)
found, seconds, done = [peak_mebibytes()], 0.0, 0
for count in json.loads(sys.argv[1]):
    seconds += sum(compile_one(seed) for seed in range(done, count))
    done = count
    found.append([seconds, peak_mebibytes()])
print(json.dumps(found))
"""


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
    yield from stream_rows(10, rounds=size.rounds)
    yield from performance_rows(tables, rounds=size.rounds)
    if folder is not None:
        yield from start_up_rows(folder, tables.labels[0].label, rounds=size.starts)


def compile_rows(counts: tuple[int, ...]) -> Iterator[Row]:
    """Seconds and peak memory after each of the rising ``counts`` of characters.

    The time's peer is the smallest count's, scaled up: the ratio is 1 where time is linear. The
    memory's peer is the process after its first characters: the ratio is 1 where it is flat.

    Raises:
        BenchError: a compilation fails.
    """
    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _SCRIPT, json.dumps(counts)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise BenchError(f"compiling many characters failed:\n{ended.stderr}")
    before, *measured = json.loads(ended.stdout)
    each = measured[0][0] / counts[0]
    for count, (seconds, mebibytes) in zip(counts, measured, strict=True):
        yield Row(
            name="compile, tables and artifact / linear",
            batch=count,
            ours=seconds,
            peer=each * count,
            better=Better.LOWER,
        )
        yield Row(
            name="compile, peak memory / first characters",
            batch=count,
            ours=mebibytes,
            peer=before,
            better=Better.LOWER,
            unit="MiB",
        )


def start_up_rows(bank: Path, label: str, *, rounds: int) -> Iterator[Row]:
    """Commands on the bank in the folder ``bank``, each as times the cost of a peer.

    Raises:
        BenchError: a command fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "bank")
        shutil.copytree(bank, copy)
        _bring_rigs(bank, copy)
        compiling = (*_MIEN, "compile", str(copy), "--out", str(Path(folder, "build")))
        _command(compiling)()
        compared = {
            "mien --help / python": ((*_MIEN, "--help"), _BARE),
            "mien check / import numpy": ((*_MIEN, "check", str(copy)), _NUMPY),
            "mien compile, nothing changed / import numpy": (compiling, _NUMPY),
            "mien face / import numpy": ((*_MIEN, "face", str(copy), label), _NUMPY),
        }
        for name, (ours, peer) in compared.items():
            yield _row(name, _command(ours), _command(peer), rounds=rounds)
        full = _without(copy / "mien.lock", _command(compiling))
        yield _row("mien compile, full / import numba", full, _command(_NUMBA), rounds=rounds)


def _bring_rigs(bank: Path, copy: Path) -> None:
    """A bank may name a rig that lies beside it."""
    beside = bank.parent / "rigs"
    if beside.is_dir():
        shutil.copytree(beside, copy.parent / "rigs")


def _row(name: str, ours: Callable[[], None], peer: Callable[[], None], *, rounds: int) -> Row:
    took = medians({"ours": ours, "peer": peer}, rounds=rounds)
    return Row(name=name, batch=0, ours=took["ours"], peer=took["peer"], better=Better.LOWER)


def _command(arguments: tuple[str, ...]) -> Callable[[], None]:
    def work() -> None:
        ended = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, *arguments], capture_output=True, text=True, check=False
        )
        if ended.returncode != 0:
            said = (ended.stdout + ended.stderr).strip()
            raise BenchError(f"python {' '.join(arguments)} failed:\n{said}")

    return work


def _without(lock: Path, work: Callable[[], None]) -> Callable[[], None]:
    """The work after the lock is gone, so that nothing counts as fresh."""

    def again() -> None:
        lock.unlink(missing_ok=True)
        work()

    return again
