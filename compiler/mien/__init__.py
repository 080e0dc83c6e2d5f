"""mien: emotion presets that look the same today, tomorrow and after the next retraining."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.bank import Bank, load

__all__ = ["Bank", "__version__", "load"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`Bank` and `load` come with NumPy, so they are imported when they are asked for."""
    if name in ("Bank", "load"):
        from mien import bank

        found: object = getattr(bank, name)
        return found
    raise AttributeError(f"module 'mien' has no attribute {name!r}")
