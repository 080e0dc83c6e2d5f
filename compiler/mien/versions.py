"""The numbers that a lock pins beside its digests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENGINE = 1
"""The arithmetic that new banks are compiled for."""

SCHEMAS: Mapping[str, int] = MappingProxyType(
    {"artifact": 1, "bank": 1, "emotion": 1, "lock": 1, "rig": 1, "rules": 1}
)
"""The version of each document kind that this program reads and writes."""
