"""Why the bench could not measure."""

from __future__ import annotations

from mien.errors import MienError


class BenchError(MienError):
    """A peer is missing or does not compute the same; the message says which and what to do."""
