"""What is wrong with the name of a bank to compare."""

from __future__ import annotations

from mien.errors import MienError


class SideError(MienError, ValueError):
    """There is no such bank, release or revision; the message says what was looked for."""
