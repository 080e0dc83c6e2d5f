"""What a run compares: compilers, options, environments and languages of one machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import requires
from pathlib import Path
from typing import cast

from attrs import field, frozen

from mien.conformance.compare import SCRATCH
from mien.errors import MienError

_OWN = ("NUMBA_", "PYTHONHASHSEED", "LC_", "LANG", "TZ", "GLIBC_TUNABLES")
"""Prefixes of the variables that no implementation inherits: each says its own."""

_LAST_LINES = 15

_SLOW = 12
"""Queries of each kind, a bank, for an implementation that interprets every operation."""

_EMULATED = 60
"""The same for a processor that is emulated."""

_CROSS = "aarch64-linux-gnu-gcc"
_NO_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F"}
_GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
_AVX2 = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+avx2"}
_ELSEWHERE = {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia"}
_PINNED = ("numba", "numpy")


class ConformanceError(MienError):
    """An implementation could not run; the message says which and what it said."""


@frozen(kw_only=True)
class Implementation:
    """A way to evaluate the queries: a command and its environment.

    ``command`` is followed by the run's folder, that of the results and ``limit``, which caps how
    many queries of each kind a slow one evaluates, 0 = all. ``compiles`` is false where it reads
    the reference's artifacts instead of compiling the banks; ``performs`` where it plays the cues
    of a score and has neither life nor lips.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(factory=dict[str, str])
    limit: int = 0
    compiles: bool = True
    performs: bool = True


def python_implementation(
    name: str,
    path: str,
    *,
    python: tuple[str, ...] = (sys.executable,),
    threads: int = 1,
    limit: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Implementation:
    """This package in Python, its faces computed by a ``path`` of `mien.conformance.evaluate`."""
    return Implementation(
        name=name,
        command=(*python, "-m", "mien.conformance.evaluate", path, str(threads)),
        environment=environment or {},
        limit=limit,
    )


def run(implementation: Implementation, folder: Path, results: Path) -> float:
    """Evaluate the queries in ``folder`` into ``results``; gives the seconds it took.

    Raises:
        ConformanceError: it failed; the message ends with what it said last.
    """
    results.mkdir(parents=True)
    kept = {name: v for name, v in os.environ.items() if not name.startswith(_OWN)}
    package = str(Path(__file__).resolve().parents[2])
    environment = {
        **kept,
        "PYTHONPATH": package,
        "NUMBA_CACHE_DIR": str(folder / SCRATCH / implementation.name.replace(" ", "-")),
        **implementation.environment,
    }
    command = [*implementation.command, str(folder), str(results), str(implementation.limit)]
    began = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - the commands are those of this package
        command, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        said = "\n".join((ended.stdout + ended.stderr).splitlines()[-_LAST_LINES:])
        raise ConformanceError(
            f"{implementation.name} failed with exit code {ended.returncode}:\n{said}"
        )
    return time.perf_counter() - began


def reference() -> Implementation:
    """What all others are compared with."""
    return python_implementation("numpy", "numpy")


def quick_implementations() -> tuple[Implementation, ...]:
    """One for each way of computing: enough for every commit."""
    return (
        python_implementation("numba", "numba"),
        python_implementation(
            "numba, streamed, generic, no opt, 2 threads",
            "streamed",
            threads=2,
            environment={**_GENERIC, "NUMBA_OPT": "0", **_ELSEWHERE},
        ),
        python_implementation(
            "numba, no jit", "numba", limit=_SLOW, environment={"NUMBA_DISABLE_JIT": "1"}
        ),
        *node_implementations(),
    )


def full_implementations() -> tuple[Implementation, ...]:
    """Every setting of this machine, one difference from `numba` each."""
    optimised = (
        python_implementation(
            f"numba, optimisation {level}", "numba", environment={"NUMBA_OPT": level}
        )
        for level in "0123"
    )
    return (
        python_implementation("numba", "numba"),
        python_implementation(
            "numba, no jit", "numba", limit=60, environment={"NUMBA_DISABLE_JIT": "1"}
        ),
        python_implementation("numba, streamed", "streamed"),
        python_implementation("numba, generic cpu", "numba", environment=_GENERIC),
        *half_as_wide_implementations(),
        *optimised,
        python_implementation("numba, 2 threads", "numba", threads=2),
        python_implementation("numba, no fma in libc", "numba", environment=_NO_FMA),
        python_implementation("numpy, no fma in libc", "numpy", environment=_NO_FMA),
        python_implementation(
            "numpy, hash seed, locale, time zone", "numpy", environment=_ELSEWHERE
        ),
        *node_implementations(),
        *emulated_implementations(),
    )


def half_as_wide_implementations() -> tuple[Implementation, ...]:
    """The kernels for processors with AVX2 and no more; none where this one has not even that."""
    from llvmlite import binding

    features = cast("Mapping[str, bool]", binding.get_host_cpu_features())
    if not features.get("avx2", False):
        return ()
    return (python_implementation("numba, avx2", "numba", environment=_AVX2),)


def node_implementations() -> tuple[Implementation, ...]:
    """Node with and without its compiler; none where Node is not installed."""
    node = shutil.which("node")
    if node is None:
        return ()
    script = str(Path(__file__).with_name("evaluate.mjs"))
    return (
        Implementation(name="node", command=(node, script), compiles=False),
        Implementation(
            name="node, no jit", command=(node, "--jitless", script), limit=500, compiles=False
        ),
    )


_C_SETTINGS = ("-O0", "-O2", "-O3 -march=native")
_C_WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


def c_implementations(folder: Path) -> tuple[Implementation, ...]:
    """The C header under every compiler of this machine, built into ``folder``.

    None of them is told not to fuse operations: the header sees to that itself.

    Raises:
        ConformanceError: it does not compile, or only with warnings.
    """
    found: list[Implementation] = []
    source = str(Path(__file__).with_name("evaluate.c"))
    for compiler in ("gcc", "clang"):
        tool = shutil.which(compiler)
        for settings in _C_SETTINGS if tool is not None else ():
            name = f"{compiler} {settings}"
            program = str(folder / name.replace(" ", ""))
            flags = ("-std=gnu99", *_C_WARNINGS, *settings.split())
            call([str(tool), *flags, source, "-lm", "-o", program])
            found.append(
                Implementation(name=name, command=(program,), compiles=False, performs=False)
            )
    return tuple(found)


def cross_implementations(folder: Path) -> tuple[Implementation, ...]:
    """The C header for aarch64, which has fused operations always; none without its compiler.

    Raises:
        ConformanceError: it does not compile, or only with warnings.
    """
    tool, emulator = shutil.which(_CROSS), shutil.which("qemu-aarch64-static")
    if tool is None or emulator is None:
        return ()
    source, program = str(Path(__file__).with_name("evaluate.c")), str(folder / _CROSS)
    call([tool, "-std=gnu99", *_C_WARNINGS, "-O3", "-static", source, "-lm", "-o", program])
    return (
        Implementation(
            name=f"{_CROSS} -O3, emulated",
            command=(emulator, program),
            limit=_EMULATED * 10,
            compiles=False,
            performs=False,
        ),
    )


def csharp_implementations(folder: Path) -> tuple[Implementation, ...]:
    """The C# file under Mono, built into ``folder``; none where Mono is not installed.

    Raises:
        ConformanceError: it does not compile.
    """
    compiler, mono = shutil.which("mcs"), shutil.which("mono")
    if compiler is None or mono is None:
        return ()
    program = str(folder / "evaluate.exe")
    here = Path(__file__).parent
    sources = (here.with_name("runtimes") / "csharp" / "Mien.cs", here / "evaluate.cs")
    call([compiler, "-optimize", *map(str, sources), f"-out:{program}"])
    return (Implementation(name="mono", command=(mono, program), compiles=False, performs=False),)


def emulated_implementations() -> tuple[Implementation, ...]:
    """A processor of 2008, without AVX and FMA; none where qemu's user mode is not installed."""
    qemu = shutil.which("qemu-x86_64-static") or shutil.which("qemu-x86_64")
    if qemu is None:
        return ()
    python = (qemu, "-cpu", "Nehalem", sys.executable)
    return (
        python_implementation("numpy, emulated Nehalem", "numpy", python=python, limit=_EMULATED),
        python_implementation("numba, emulated Nehalem", "numba", python=python, limit=_EMULATED),
    )


def missing() -> tuple[str, ...]:
    """What could not be run here, and what would bring it."""
    lacks: list[str] = []
    if not node_implementations():
        lacks.append("node: install Node.js 18 or newer")
    if shutil.which("gcc") is None and shutil.which("clang") is None:
        lacks.append("C: install gcc or clang")
    if shutil.which(_CROSS) is None:
        lacks.append("C for aarch64: install gcc-aarch64-linux-gnu and qemu-user-static")
    if shutil.which("mcs") is None or shutil.which("mono") is None:
        lacks.append("C#: install mono-mcs and mono-runtime")
    if not emulated_implementations():
        lacks.append("an emulated processor: install qemu-user-static")
    return tuple(lacks)


def environment_implementations(folder: Path) -> tuple[Implementation, ...]:
    """This package in environments under ``folder``, made where they are not there yet.

    Raises:
        ConformanceError: an environment cannot be made.
    """
    needed = [text for text in requires("mien") or () if "extra ==" not in text]
    oldest = [_floor(text) for text in needed]
    found: list[Implementation] = []
    for name, packages in (("oldest", oldest), ("newest", needed)):
        python = (str(_environment(folder / name, packages)),)
        found += [
            python_implementation(f"{path}, {name} supported", path, python=python)
            for path in ("numpy", "numba")
        ]
    return tuple(found)


def _floor(requirement: str) -> str:
    """``numba>=0.60`` as ``numba==0.60.*`` where the package is one that computes."""
    found = re.match(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", requirement)
    if found is None or found[1].lower() not in _PINNED:
        return requirement
    return f"{found[1]}=={found[2]}.*"


def _environment(folder: Path, packages: list[str]) -> Path:
    python = folder / "bin" / "python"
    done = folder / "packages.txt"
    wanted = "\n".join(packages)
    if done.is_file() and done.read_text(encoding="utf-8") == wanted:
        return python
    call([sys.executable, "-m", "venv", "--clear", str(folder)])
    call([str(python), "-m", "pip", "install", "--quiet", *packages])
    done.write_text(wanted, encoding="utf-8")
    return python


def call(command: list[str], folder: Path | None = None) -> None:
    """Run a tool in ``folder``.

    Raises:
        ConformanceError: it failed; the message holds all that it said.
    """
    ended = subprocess.run(  # noqa: S603 - venv, pip, apt and dpkg
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise ConformanceError(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
