"""What every numbered engine offers, and the engines by number.

An old engine stays here for ever, untouched; a new one gets a new number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mien.engine.tables import F32, I32, Tables
from mien.errors import MienError

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank


class Evaluator(Protocol):
    """One bank's tables made ready. Safe to use from several threads at once.

    Inputs are trusted: the runtime `Bank` checks what people give. Every method gives the same bits
    for the same query, whatever else is asked with it.
    """

    def face(self, label: int, vad: Sequence[float], style: int, speech: float) -> F32:
        """One face (C,) at ``vad``; ``style`` a position of the label or PLAIN."""
        ...

    def faces(
        self, labels: I32, vads: F32, styles: I32 | None, speech: F32 | None, out: F32, threads: int
    ) -> None:
        """Fill ``out`` (Q, C) from labels (Q,), vads (Q, 3), styles (Q,) and speech (Q,)."""
        ...

    def mixture(
        self, weights: Sequence[tuple[int, np.float32]], vad: Sequence[float], speech: float
    ) -> F32:
        """One face of several labels; ``weights`` in label order, positive, summing to 1."""
        ...

    def mixed(self, layers: Sequence[tuple[F32, F32]], rows: int) -> F32:
        """`mixture` of faces that are there: weights (n,) and faces (n, C) of each, n ``rows``."""
        ...

    def compose(self, face: F32, visemes: F32) -> F32:
        """Faces (C,) or (n, C), faded by their speech, under ``visemes`` of the same shape."""
        ...

    def timed(self, faces: F32, gain: F32, offset: F32) -> F32:
        """Faces (n, C) under gains and offsets of the same shape, as a style that varies."""
        ...

    def load_kernels(self) -> None:
        """Make ready, once, what makes a single face quick; it changes no bit."""
        ...


class Engine(Protocol):
    """The meaning of one engine number: records to tables, tables to faces."""

    @property
    def number(self) -> int:
        """The engine's number, as locks and artifacts pin it."""
        ...

    def compile_tables(self, bank: AuthoredBank) -> Tables:
        """The tables of ``bank``.

        Raises:
            SourceError: the bank cannot be solved or its archetypes conflict with themselves.
        """
        ...

    def evaluator(self, tables: Tables) -> Evaluator:
        """``tables`` made ready to evaluate."""
        ...


def _engine_1() -> Engine:
    from mien.engine.e1 import Engine1

    return Engine1()


ENGINES: dict[int, Callable[[], Engine]] = {1: _engine_1}
"""Every engine that this program can run; each is imported when it is first asked for."""


class UnknownEngineError(MienError, ValueError):
    """Tables made for an engine that this program does not have."""


def get_engine(number: int) -> Engine:
    """The engine of that number.

    Raises:
        UnknownEngineError: there is none; a newer mien has.
    """
    make = ENGINES.get(number)
    if make is not None:
        return make()
    known = ", ".join(map(str, sorted(ENGINES)))
    hint = f"this mien has engine {known}: upgrade mien to use it"
    raise UnknownEngineError(f"engine {number} is not known; {hint}")
