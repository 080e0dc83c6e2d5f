"""Which mappings stand on one line when they fit: small records that are read at a glance.

Channel maps never do, so that a change of one weight is a change of one line.
"""

from __future__ import annotations

ANY = "*"

Path = tuple[str, ...]

_RECORDS: dict[str | None, frozenset[Path]] = {
    "bank": frozenset({("metric",), ("kernel",), ("plateau",), ("budgets", "slope")}),
    "emotion": frozenset(
        {("action_units",), ("anchors", ANY), ("styles", ANY, "anchor")},
    ),
    "rules": frozenset({("trends", ANY)}),
    "rig": frozenset(
        {
            ("action_units", ANY),
            ("action_units", ANY, "channels"),
            ("lip_seal", "sealing"),
        }
    ),
    "visemes": frozenset({("classes", ANY, "strength")}),
}


def is_record(kind: str | None, path: Path) -> bool:
    """Whether the mapping at ``path`` goes on one line when it fits; an item's step is ``*``."""
    return any(
        len(pattern) == len(path)
        and all(step in (ANY, name) for step, name in zip(pattern, path, strict=True))
        for pattern in _RECORDS.get(kind, frozenset())
    )
