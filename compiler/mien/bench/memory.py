"""The most memory that this process ever held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def peak_mebibytes() -> float:
    """Peak resident memory in MiB.

    Linux is asked in a way of its own: its `getrusage` tells a young process its parent's peak.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
