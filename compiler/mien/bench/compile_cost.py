"""What compiling banks of many characters costs: time that grows with them, memory that does not.

A character is a bank of 16 labels with three intensities each: 48 archetypes of 52 channels. The
process compiles one after the other and keeps none, as a build of a whole cast does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from mien.bench.fault import BenchError
from mien.bench.row import Better, Row

_SCRIPT = """
import json, resource, sys, time
from mien.artifact.write import artifact_bytes
from mien.conformance.characters import generated_bank
from mien.engine.registry import get_engine

engine = get_engine(1)

def compile_one(seed):
    bank = generated_bank(seed, channels=52, labels=16, intensities=3)
    began = time.perf_counter()
    artifact_bytes(engine.compile_tables(bank))
    return time.perf_counter() - began

compile_one(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seconds = sum(compile_one(seed) for seed in range(int(sys.argv[1])))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, before, after]))
"""


def compile_rows(counts: tuple[int, ...]) -> Iterator[Row]:
    """Per count of characters: seconds and peak memory, each beside what one character predicts.

    The time's peer is the smallest count's, scaled up; the memory's is the process after one.

    Raises:
        BenchError: a compilation fails.
    """
    each = 0.0
    for count in counts:
        seconds, before, after = _measured(count)
        each = each or seconds / count
        yield Row(
            name="compile, tables and artifact / linear",
            batch=count,
            ours=seconds,
            peer=each * count,
            better=Better.LOWER,
        )
        yield Row(
            name="compile, peak memory / one character",
            batch=count,
            ours=after / 1024,
            peer=before / 1024,
            better=Better.LOWER,
            unit="MiB",
        )


def _measured(count: int) -> tuple[float, float, float]:
    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _SCRIPT, str(count)], capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise BenchError(f"compiling {count} characters failed:\n{ended.stderr}")
    seconds, before, after = json.loads(ended.stdout)
    return float(seconds), float(before), float(after)
