"""How large a document may be, however small the file that holds it."""

from __future__ import annotations

MAX_DEPTH = 12
"""Mappings and lists may nest this deep; the document itself is depth 1."""

MAX_NODES = 50_000
"""Keys, values, mappings and lists in one document."""

MAX_FAULTS = 1000
"""Faults of one kind of check in one document; whoever made so many wants to see the first ones."""
