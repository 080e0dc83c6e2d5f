"""Contacts that nothing blends away: a dominance that grows without bound.

A window w(t) is 0 away from the contact and 1 while it lasts; its odds w / (1 - w) are the
contact's dominance beside the blend of all other sounds, whose own is 1. Where contacts meet, the
odds decide between them too. Lips and jaw come together over ``closing`` and part over ``opening``;
the channels that seal build up and let go over ``pressing``, while the jaw is up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from attrs import frozen

from mien_trainer.frames import FRAME_RATE
from mien_trainer.lips.closures import core
from mien_trainer.lips.plan import Plan
from mien_trainer.lips.record import ContactTiming
from mien_trainer.lips.table import VisemeTable
from mien_trainer.lips.timeline import F64, Timeline

QUICKEST = 0.03
"""Seconds that lips need to part or to meet, however little time there is."""

_SHARE = 0.7
"""The part of the time between two contacts that parting, and then meeting, may take."""

_FULL = 1.0 - 1e-6
"""As near to 1 as a window comes, so that its odds are finite."""

_HALF_FRAME = 0.5 / FRAME_RATE + 1e-6


@frozen(kw_only=True)
class _Hold:
    """A contact that is sealed in [begin, end] seconds, and met in [meets, parts]."""

    row: int
    meets: float
    begin: float
    end: float
    parts: float
    timing: ContactTiming


def keep_contacts(blended: F64, line: Timeline, times: F64, table: VisemeTable, plan: Plan) -> F64:
    """``blended`` (N, C) at ``times`` (N,), with the contacts of the timeline on it."""
    holds = tuple(_holds(line, table, plan))
    if not holds:
        return blended
    gaps = [later.meets - one.parts for one, later in pairwise(holds)]
    ramps = [max(QUICKEST, _SHARE * gap) for gap in gaps]
    met = np.zeros((len(times), len(plan.positions)))
    sealed = np.zeros_like(met)
    for number, one in enumerate(holds):
        closing = min([one.timing.closing, *ramps[max(0, number - 1) : number]])
        opening = min([one.timing.opening, *ramps[number : number + 1]])
        pressing = one.timing.pressing
        met[:, one.row] += _odds(times, one.meets, one.parts, closing, opening)
        sealed[:, one.row] += _odds(times, one.begin, one.end, pressing, pressing)
    result = _weighed(blended, met, plan)
    result[:, plan.sealing] = _weighed(blended, sealed, plan)[:, plan.sealing]
    return result


def _weighed(blended: F64, odds: F64, plan: Plan) -> F64:
    """The mean of the blend and of the contacts' visemes under their ``odds`` (N, V)."""
    mean: F64 = (blended + odds @ (plan.ruled * plan.weights)) / (1.0 + odds @ plan.ruled)
    return mean


def _holds(line: Timeline, table: VisemeTable, plan: Plan) -> Iterator[_Hold]:
    for name, start, end in zip(line.names, line.starts.tolist(), line.ends.tolist(), strict=True):
        contact = table.visemes[name].contact
        if contact is None:
            continue
        timing = table.contacts[contact]
        certain_from, certain_to = core(start, end)
        middle = (certain_from + certain_to) / 2
        edge = timing.pressing - timing.lead
        begin = min(start + edge, certain_from, middle - _HALF_FRAME)
        finish = max(end - timing.lead - timing.pressing, certain_to, middle + _HALF_FRAME)
        yield _Hold(
            row=plan.positions[name],
            meets=begin - timing.pressing,
            begin=begin,
            end=finish,
            parts=finish + timing.pressing,
            timing=timing,
        )


def _odds(times: F64, begin: float, end: float, rise: float, fall: float) -> F64:
    """The odds (N,) of a window that is 1 in [begin, end]."""
    up = np.clip((times - begin) / rise + 1.0, 0.0, 1.0)
    down = np.clip((end - times) / fall + 1.0, 0.0, 1.0)
    window = np.minimum(_FULL, up * up * (3.0 - 2.0 * up) * down * down * (3.0 - 2.0 * down))
    odds: F64 = window / (1.0 - window)
    return odds
