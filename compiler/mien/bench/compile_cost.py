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
import json, sys, time
from mien.artifact.write import artifact_bytes
from mien.bench.memory import peak_mebibytes
from mien.conformance.characters import generated_bank
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
