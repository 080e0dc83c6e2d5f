"""Functions of NumPy's with a kernel of the same bits, for programs that run for long.

NumPy takes a microsecond or more for every step, which counts where a few rows come at a time. A
kernel takes none, but has to be loaded first. So both are there: NumPy answers from the first row
on, `load_meanwhile` loads the kernels on another thread, and from then on they answer.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Twin(Generic[P, R]):
    """A function that is ``plain`` NumPy until its kernel is loaded."""

    def __init__(self, plain: Callable[P, R], module: str) -> None:
        self.plain, self._module = plain, module
        self.loaded: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What it gives, by whichever of the two is there."""
        return (self.loaded or self.plain)(*args, **kwargs)

    def kernel(self) -> Callable[P, R]:
        """The function of the same name in the module of kernels, loaded; it may be compiled."""
        found: Callable[P, R] = getattr(import_module(self._module), self.plain.__name__)
        return found

    def load(self) -> None:
        """Answer by the kernel from now on."""
        self.loaded = self.kernel()


THREAD = "mien-kernels"
TWINS: list[Twin[..., Any]] = []
"""Those of the modules that are imported."""


def has_twin(module: str) -> Callable[[Callable[P, R]], Twin[P, R]]:
    """A decorator: a function of the same name in ``module`` gives the same bits, once loaded."""

    def decorated(plain: Callable[P, R]) -> Twin[P, R]:
        twin = Twin(plain, module)
        TWINS.append(twin)
        return twin

    return decorated


def load_meanwhile(*loads: Callable[[], None]) -> None:
    """Load all kernels, and whatever else ``loads``, on a thread that nobody waits for.

    The first time on a machine they are compiled. What cannot be loaded stays NumPy's.
    """

    def load() -> None:
        with suppress(Exception):
            for one in (*(twin.load for twin in TWINS), *loads):
                one()

    Thread(target=load, name=THREAD, daemon=True).start()
