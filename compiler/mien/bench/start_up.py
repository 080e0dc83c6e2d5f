"""How long commands take to start and end, beside bare interpreters and imports."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mien.bench.fault import BenchError
from mien.bench.row import Better, Row
from mien.bench.timing import medians

_MIEN = ("-m", "mien.cli.main")
_BARE = ("-c", "pass")
_NUMPY = ("-c", "import numpy")
_NUMBA = ("-c", "import numba")


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
