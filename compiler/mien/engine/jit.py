"""The one place that decides how kernels are compiled.

A kernel is plain Python over float32 or float64 arrays; with NUMBA_DISABLE_JIT=1 it runs as such
and gives the same bits: no fast-math, hence no contraction and no reordering. Import modules that
hold kernels lazily: this one imports numba when the first kernel is decorated.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).resolve().parents[1]

_OPTIONS = {"nogil": True, "fastmath": False, "error_model": "numpy", "boundscheck": False}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` at its first call, and keep the machine code for later processes.

    The code lies beside the source, else (a read-only installation) in the user's cache folder
    (NUMBA_CACHE_DIR or XDG_CACHE_HOME where set). Where neither can be written it is compiled in
    every process.
    """
    return _compiled(function)


def _read_only(argument: str) -> str:
    kind, *dimensions = argument.split()
    return f"Array({kind}, {dimensions[0]}, 'C', readonly=True)" if dimensions else kind


def _compiled(function: Callable[P, R], *signature: str) -> Callable[P, R]:
    decorate = _njit()
    try:
        with _cache_of_these_sources():
            compiled: Callable[P, R] = decorate(*signature, cache=True, **_OPTIONS)(function)
    except (RuntimeError, OSError):  # numba: "no locator available"
        compiled = decorate(*signature, **_OPTIONS)(function)
    return compiled


def typed_kernel(result: str, *arguments: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `kernel`, of arguments and a result whose types are said: ready once its module is loaded.

    Types are Numba's. An argument such as ``float32 2`` is a C-contiguous array of so many
    dimensions, which may be read-only; it is only read.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        return _compiled(function, f"{result}({', '.join(map(_read_only, arguments))})")

    return decorated


def part_of_kernels(function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function``, which may work with `mien.engine.lanes`, a part of kernels that call it.

    It is compiled into each of them, so that calls cost nothing and lanes stay in registers.
    """
    decorate = _njit()
    import_module("mien.engine.lanes_llvm")
    part: Callable[P, R] = decorate(forceinline=True, **_OPTIONS)(function)
    return part


@contextmanager
def _cache_of_these_sources() -> Generator[None]:
    """Meanwhile numba's cache folder is one that only today's kernels use.

    Numba looks at the file of the kernel it loads and not at those of the kernels that one calls;
    without this, an edit of a callee would go on computing yesterday's bits.
    """
    from numba.core import config

    settings: Any = config
    given: str = settings.CACHE_DIR
    folder = Path(given) if given else _PACKAGE / "__pycache__"
    settings.CACHE_DIR = str(folder / f"kernels-{_stamp()}")
    try:
        yield
    finally:
        settings.CACHE_DIR = given


@cache
def _stamp() -> str:
    """What tells these sources from edited ones: the size and time of each."""
    state = sha256()
    for part in ("engine", "certify"):
        for path in sorted((_PACKAGE / part).rglob("*.py")):
            found = path.stat()
            state.update(f"{path.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return state.hexdigest()[:16]


def _njit() -> Any:  # noqa: ANN401  numba is untyped
    """Numba's decorator.

    While numba loads, SciPy is hidden: where it is installed, numba asks for its linear algebra,
    which mien never uses and which doubles the time to start.
    """
    hide = "scipy" not in sys.modules
    modules: dict[str, Any] = sys.modules
    if hide:
        modules["scipy"] = None
    try:
        from numba import njit

        import_module("numba.np.arraymath")  # asks for SciPy when it loads
    finally:
        if hide:
            del modules["scipy"]
    return njit


def is_cold(compiled: Callable[..., object]) -> bool:
    """Whether calling the kernel for the first time will compile it (a guess, for messages)."""
    stats: Any = getattr(compiled, "stats", None)
    signatures: Any = getattr(compiled, "signatures", None)
    if stats is None or signatures:
        return False
    folder: str | None = stats.cache_path
    if folder is None:
        return True
    name = getattr(compiled, "__qualname__", "")
    return not any(Path(folder).glob(f"*{name}*.nbi"))


def announce_compilation(seconds: int) -> None:
    """Say that the first run compiles: on a terminal as it is, elsewhere as a line of a log.

    Where a program has not set up logging, the line goes to standard error.
    """
    message = f"compiling kernels, once on this machine (about {seconds} s)"
    if sys.stderr.isatty():
        sys.stderr.write(f"{message}\n")
    else:
        logging.getLogger("mien").warning(message)
