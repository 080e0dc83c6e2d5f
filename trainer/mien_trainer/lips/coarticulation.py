"""Phonemes to the curves of the lips: blended by dominance, with contacts kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien_trainer.frames import F32, frame_times
from mien_trainer.lips.contact import keep_contacts
from mien_trainer.lips.dominance import blend
from mien_trainer.lips.plan import plan_of
from mien_trainer.lips.table import VisemeTable
from mien_trainer.lips.timeline import timeline
from mien_trainer.phonemes import Phoneme

_FAINT = 1e-4
"""What is weaker is at rest: far from all speech the face is exactly 0."""


def lip_curves(phonemes: Sequence[Phoneme], frames: int, table: VisemeTable) -> F32:
    """The weights (N, 52) in [0, 1] that speak ``phonemes``, in the order of the table's rig.

    They keep the rig's antagonists apart, and they are 0 at rest. p, b and m close the lips and f
    and v touch the teeth whatever stands beside them, see `closures`. Sounds that the table does
    not know have the shape of its fallback, see `VisemeTable.unknown`.
    """
    plan = plan_of(table)
    times = frame_times(frames)
    line = timeline(phonemes, table)
    weights = keep_contacts(blend(line, times, plan), line, times, table, plan)
    weights = np.where(weights < _FAINT, 0.0, np.minimum(weights, 1.0))
    columns = np.ascontiguousarray(weights.T, dtype=np.float32)
    return np.ascontiguousarray(plan.conflict(columns).T)
