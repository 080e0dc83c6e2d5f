"""What the compiled bank itself teaches: every anchor, and places all over its surface."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien_trainer.conditions import condition_rows
from mien_trainer.expression.track import expression_track
from mien_trainer.frames import F32

PLACES = 2048
"""Places of each label to draw from: half of them anywhere, half of them near an anchor."""

NEAR = 0.12
"""The standard deviation on each axis of those near an anchor."""


@frozen(kw_only=True, eq=False)
class BankTargets:
    """Pairs of conditions (n, D) and the face (n, C) that belongs to them in silence."""

    conditions: F32
    faces: F32


def anchor_targets(bank: Bank, labels: tuple[str, ...]) -> BankTargets:
    """Every intensity's anchor with its archetype, label by label."""
    found = [
        (condition_rows(position, len(bank.labels), table.anchors), table.archetypes)
        for position, table in enumerate(bank.tables.labels)
        if table.label in labels
    ]
    return _joined(found)


def surface_targets(bank: Bank, labels: tuple[str, ...], seed: int) -> BankTargets:
    """`PLACES` places of each label with the bank's faces, in its styles where they live."""
    rng = np.random.default_rng(seed)
    found: list[tuple[F32, F32]] = []
    for position, table in enumerate(bank.tables.labels):
        anywhere = rng.uniform(-1.0, 1.0, size=(PLACES, 3))
        anchors = np.concatenate((table.anchors, table.style_anchors))
        picked = anchors[rng.integers(0, len(anchors), size=PLACES)]
        near = picked + rng.normal(0.0, NEAR, size=(PLACES, 3))
        even = np.arange(PLACES)[:, None] % 2 == 0
        vads = np.clip(np.where(even, anywhere, near), -1.0, 1.0).astype(np.float32)
        if table.label in labels:
            silence = np.zeros(PLACES, dtype=np.float32)
            faces = expression_track(bank, table.label, vads, silence)
            found.append((condition_rows(position, len(bank.labels), vads), faces))
    return _joined(found)


def _joined(found: list[tuple[F32, F32]]) -> BankTargets:
    conditions, faces = (np.concatenate(column) for column in zip(*found, strict=True))
    return BankTargets(conditions=conditions, faces=faces)
