"""Engines by number. An old engine stays here for ever, untouched; a new one gets a new number."""

from __future__ import annotations

from mien.engine.protocol import Engine

NUMBERS = (1,)
"""Every engine that this program can run."""


class UnknownEngine(ValueError):
    """Tables made for an engine that this program does not have."""


def get_engine(number: int) -> Engine:
    """The engine of that number.

    Raises:
        UnknownEngine: there is none; a newer mien has.
    """
    if number == 1:
        from mien.engine.e1.engine import Engine1

        return Engine1()
    known = ", ".join(str(known) for known in NUMBERS)
    hint = f"this mien has engine {known}: upgrade mien to use it"
    raise UnknownEngine(f"engine {number} is not known; {hint}")
