"""The settings in which one machine can answer: compilers, options, environments, languages."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from mien.conformance.runner import Runner, python_runner

_SLOW = 12
"""Questions of each kind, a bank, for a runner that interprets every operation."""

_EMULATED = 60
"""The same for a processor that is emulated."""

_NO_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F"}
_GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
_ELSEWHERE = {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia"}


def reference() -> Runner:
    """The runner that all others are compared with."""
    return python_runner("numpy", "numpy")


def quick_runners() -> tuple[Runner, ...]:
    """One runner for each way of computing: enough for every commit."""
    return (
        python_runner("numba", "numba"),
        python_runner(
            "numba, generic cpu, unoptimised, 2 threads",
            "numba",
            threads=2,
            environment={**_GENERIC, "NUMBA_OPT": "0", **_ELSEWHERE},
        ),
        python_runner(
            "numba, no jit", "numba", limit=_SLOW, environment={"NUMBA_DISABLE_JIT": "1"}
        ),
        *node_runners(),
    )


def full_runners() -> tuple[Runner, ...]:
    """Every setting of this machine, one difference from `numba` each."""
    optimised = (
        python_runner(f"numba, optimisation {level}", "numba", environment={"NUMBA_OPT": level})
        for level in "0123"
    )
    return (
        python_runner("numba", "numba"),
        python_runner("numba, no jit", "numba", limit=60, environment={"NUMBA_DISABLE_JIT": "1"}),
        python_runner("numba, generic cpu", "numba", environment=_GENERIC),
        *optimised,
        python_runner("numba, 2 threads", "numba", threads=2),
        python_runner("numba, no fma in libc", "numba", environment=_NO_FMA),
        python_runner("numpy, no fma in libc", "numpy", environment=_NO_FMA),
        python_runner("numpy, hash seed, locale, time zone", "numpy", environment=_ELSEWHERE),
        *node_runners(),
        *emulated_runners(),
    )


def node_runners() -> tuple[Runner, ...]:
    """Node with and without its compiler; none where Node is not installed."""
    node = shutil.which("node")
    if node is None:
        return ()
    script = str(Path(__file__).with_name("answer.mjs"))
    return (
        Runner(name="node", command=(node, script), compiles=False),
        Runner(name="node, no jit", command=(node, "--jitless", script), limit=500, compiles=False),
    )


def emulated_runners() -> tuple[Runner, ...]:
    """A processor of 2008, without AVX and FMA; none where qemu's user mode is not installed."""
    qemu = shutil.which("qemu-x86_64-static") or shutil.which("qemu-x86_64")
    if qemu is None:
        return ()
    python = (qemu, "-cpu", "Nehalem", sys.executable)
    return (
        python_runner("numpy, emulated Nehalem", "numpy", python=python, limit=_EMULATED),
        python_runner("numba, emulated Nehalem", "numba", python=python, limit=_EMULATED),
    )


def missing() -> tuple[str, ...]:
    """What could not be run here, and what would bring it."""
    lacks: list[str] = []
    if not node_runners():
        lacks.append("node: install Node.js 18 or newer")
    if not emulated_runners():
        lacks.append("an emulated processor: install qemu-user-static")
    return tuple(lacks)
