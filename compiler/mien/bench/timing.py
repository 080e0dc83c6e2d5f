"""Seconds of competitors, measured in turns so that a busy moment strikes them all; and memory."""

from __future__ import annotations

import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_LEAST_ROUNDS = 3
_LONGEST = 30.0
"""Seconds after which no further round begins, once there were the least rounds."""

_LEAST_SAMPLE = 2e-3
"""A sample repeats its work until it lasts about this many seconds."""


def medians(competitors: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Median seconds of one call of each competitor, over ``rounds`` rounds in which all take part.

    Fewer rounds where they are long. One call of each goes before, unmeasured: it compiles,
    allocates and warms.
    """
    loops = {name: _loops(work) for name, work in competitors.items()}
    samples: dict[str, list[float]] = {name: [] for name in competitors}
    began = time.perf_counter()
    for done in range(rounds):
        if done >= _LEAST_ROUNDS and time.perf_counter() - began > _LONGEST:
            break
        for name, work in competitors.items():
            samples[name].append(_seconds(work, loops[name]))
    return {name: float(statistics.median(values)) for name, values in samples.items()}


def _loops(work: Callable[[], object]) -> int:
    work()
    once = _seconds(work, 1)
    return max(1, min(10_000, round(_LEAST_SAMPLE / max(once, 1e-9))))


def _seconds(work: Callable[[], object], loops: int) -> float:
    began = time.perf_counter()
    for _ in range(loops):
        work()
    return (time.perf_counter() - began) / loops


def peak_mebibytes() -> float:
    """The peak resident memory of this process in MiB.

    Linux is asked in a way of its own: its `getrusage` tells a young process its parent's peak.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
