"""Engines by number. An old engine stays here for ever, untouched; a new one gets a new number."""

from __future__ import annotations

from collections.abc import Callable

from mien.engine.protocol import Engine
from mien.errors import MienError


def _engine_1() -> Engine:
    from mien.engine.e1.engine import Engine1

    return Engine1()


ENGINES: dict[int, Callable[[], Engine]] = {1: _engine_1}
"""Every engine that this program can run; each is imported when it is first asked for."""


class UnknownEngine(MienError, ValueError):
    """Tables made for an engine that this program does not have."""


def get_engine(number: int) -> Engine:
    """The engine of that number.

    Raises:
        UnknownEngine: there is none; a newer mien has.
    """
    make = ENGINES.get(number)
    if make is not None:
        return make()
    known = ", ".join(map(str, sorted(ENGINES)))
    hint = f"this mien has engine {known}: upgrade mien to use it"
    raise UnknownEngine(f"engine {number} is not known; {hint}")
