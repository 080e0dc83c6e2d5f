"""What stops a face from being drawn on an avatar."""

from __future__ import annotations

from mien.errors import MienError


class AvatarError(MienError):
    """The model cannot be used, or there is no browser that works. The message is for people."""
