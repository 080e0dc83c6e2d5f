"""`mien score fmt`: scores in canonical order and spacing, as `mien fmt` puts any source."""

from __future__ import annotations

from mien.cli.commands.fmt import command

__all__ = ["command"]
