"""mien: emotion presets that look the same today, tomorrow and after the next retraining."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # not typing's, which takes longer than all before `mien` minds interrupts
if TYPE_CHECKING:
    from mien.bank import Bank, load
    from mien.errors import ArtifactError, MienError, QueryError, SourceError
    from mien.reading.reader import reader
    from mien.scores.perform import perform

__all__ = [
    "ArtifactError",
    "Bank",
    "MienError",
    "QueryError",
    "SourceError",
    "__version__",
    "load",
    "perform",
    "reader",
]
__version__ = "0.1.0"

_HOMES = {
    "Bank": "mien.bank",
    "load": "mien.bank",
    "perform": "mien.scores.perform",
    "reader": "mien.reading.reader",
    "ArtifactError": "mien.errors",
    "MienError": "mien.errors",
    "QueryError": "mien.errors",
    "SourceError": "mien.errors",
}


def __getattr__(name: str) -> object:
    """Each public name, imported when first used: NumPy comes with the bank, not with mien."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mien' has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_HOMES[name]), name)
    return found
