"""A table of visemes as arrays. Dimension letters: V visemes, G groups, C channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.engine.e1.conflict import Conflict, build_conflict
from mien_trainer.lips.table import VisemeTable
from mien_trainer.lips.timeline import F64

FAINTEST = 1e-9
"""Stands for a strength of 0, so that there is always something to take a mean of."""


@frozen(kw_only=True, eq=False)
class Plan:
    """What blending needs, in the table's own order of visemes and groups.

    ``weights`` (V, C); ``channels`` positions of each group; ``log_strength``, ``before`` and
    ``after`` (V, G), reaches with the groups' paces in them; ``power`` (V,); ``lead`` (G,) seconds.
    ``ruled`` (V, C) is 1 where a viseme's contact rules the channel, else 0; ``sealing`` are the
    channels that seal the lips. ``conflict`` holds (C, N) columns to the rig's exclusions.
    """

    positions: Mapping[str, int]
    rest: str
    weights: F64
    channels: tuple[npt.NDArray[np.intp], ...]
    log_strength: F64
    before: F64
    after: F64
    power: F64
    lead: F64
    ruled: F64
    sealing: npt.NDArray[np.intp]
    conflict: Conflict


@lru_cache(maxsize=8)
def plan_of(table: VisemeTable) -> Plan:
    """The plan of ``table``, made once."""
    index = table.rig.index
    visemes = table.visemes
    classes = [table.classes[viseme.class_] for viseme in visemes.values()]
    weights = np.zeros((len(visemes), len(index)))
    for row, viseme in enumerate(visemes.values()):
        for channel, weight in viseme.weights.items():
            weights[row, index[channel]] = weight
    strength = [[one.strength.get(group, 0.0) for group in table.groups] for one in classes]
    pace = np.array([group.pace for group in table.groups.values()])
    return Plan(
        positions={name: row for row, name in enumerate(visemes)},
        rest=table.rest,
        weights=weights,
        channels=tuple(
            np.array([index[name] for name in group.channels], dtype=np.intp)
            for group in table.groups.values()
        ),
        log_strength=np.log(np.maximum(strength, FAINTEST)),
        before=np.outer([one.before for one in classes], pace),
        after=np.outer([one.after for one in classes], pace),
        power=np.array([one.power for one in classes]),
        lead=np.array([group.lead for group in table.groups.values()]),
        ruled=_ruled(table),
        sealing=np.array([index[name] for name in table.rig.lip_seal.sealing], dtype=np.intp),
        conflict=_conflict(table),
    )


def _ruled(table: VisemeTable) -> F64:
    ruled = np.zeros((len(table.visemes), len(table.rig.names)))
    for row, viseme in enumerate(table.visemes.values()):
        if viseme.contact is not None:
            for name in (*table.contacts[viseme.contact].holds, *viseme.weights):
                ruled[row, table.rig.index[name]] = 1.0
    return ruled


def _conflict(table: VisemeTable) -> Conflict:
    rig = table.rig
    pairs = [[rig.index[name] for name in one.pair] for one in rig.antagonists]
    ceilings = [[rig.index[one.channel], rig.index[one.under]] for one in rig.ceilings]
    return build_conflict(
        np.array(pairs, dtype=np.int32).reshape(-1, 2),
        np.array([one.cap for one in rig.antagonists], dtype=np.float32),
        np.array(ceilings, dtype=np.int32).reshape(-1, 2),
        np.array([one.slack for one in rig.ceilings], dtype=np.float32),
        len(rig.names),
    )
