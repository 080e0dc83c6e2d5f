"""Why a conformance run could not be made."""

from __future__ import annotations

from mien.errors import MienError


class ConformanceError(MienError):
    """A runner could not answer; the message says which and what it said."""
