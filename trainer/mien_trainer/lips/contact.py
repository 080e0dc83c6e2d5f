"""Contacts that nothing blends away: sounds of complete dominance.

A contact holds over an interval that has its sound's core in it and at least one frame. Between two
holds the mouth opens to the blend of all other sounds, as far as time allows, and passes from the
viseme of the one to that of the other. Lips and jaw come together over ``closing`` and part over
``opening``; the channels that seal build up and let go over ``pressing``, while the jaw is up.
"""

from __future__ import annotations

from collections.abc import Iterator

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

_HALF_FRAME = 0.5 / FRAME_RATE + 1e-6
_FAR = 1e9  # seconds


@frozen(kw_only=True)
class _Hold:
    """The viseme (a row of the plan) that is held in [begin, end] seconds."""

    row: int
    begin: float
    end: float
    timing: ContactTiming


def keep_contacts(blended: F64, line: Timeline, times: F64, table: VisemeTable, plan: Plan) -> F64:
    """``blended`` (N, C) at ``times`` (N,), with the contacts of the timeline on it."""
    holds = tuple(_holds(line, table, plan))
    if not holds:
        return blended
    # A hold long ago and one far ahead stand on both sides, so that each frame is between two.
    rows = np.array([holds[0].row, *(one.row for one in holds), holds[-1].row])
    begins = np.array([-2 * _FAR, *(one.begin for one in holds), 2 * _FAR])
    ends = np.array([-_FAR, *(one.end for one in holds), 3 * _FAR])
    ends[:-1] = np.minimum(ends[:-1], begins[1:])  # sounds shorter than a frame may overlap
    pressing = np.array([1.0, *(one.timing.pressing for one in holds), 1.0])
    parts, meets = ends + pressing, begins - pressing
    spare = np.maximum(QUICKEST, _SHARE * (meets[1:] - parts[:-1]))
    opening = np.minimum([1.0, *(one.timing.opening for one in holds)], spare)
    closing = np.minimum([*(one.timing.closing for one in holds), 1.0], spare)
    last = np.searchsorted(begins, times, side="right") - 1
    following = last + 1

    gone = _smooth((times - parts[last]) / opening[last])
    ahead = _smooth((meets[following] - times) / closing[last])
    unsealed = _smooth((times - ends[last]) / pressing[last])
    before = _smooth((begins[following] - times) / pressing[following])
    way = np.maximum(begins[following] - ends[last], 1e-9)
    passed = _smooth((times - ends[last]) / way)[:, None]

    held = np.repeat((1.0 - gone * ahead)[:, None], blended.shape[1], axis=1)
    held[:, plan.sealing] = (1.0 - unsealed * before)[:, None]
    ruled, shaped = plan.ruled, plan.ruled * plan.weights
    rule = (1.0 - passed) * ruled[rows[last]] + passed * ruled[rows[following]]
    shape = (1.0 - passed) * shaped[rows[last]] + passed * shaped[rows[following]]
    kept: F64 = (1.0 - held * rule) * blended + held * shape
    return kept


def _holds(line: Timeline, table: VisemeTable, plan: Plan) -> Iterator[_Hold]:
    for name, start, end in zip(line.names, line.starts.tolist(), line.ends.tolist(), strict=True):
        contact = table.visemes[name].contact
        if contact is None:
            continue
        timing = table.contacts[contact]
        certain_from, certain_to = core(start, end)
        middle = (certain_from + certain_to) / 2
        settled = start - timing.lead + timing.pressing
        released = end - timing.lead - timing.pressing
        yield _Hold(
            row=plan.positions[name],
            begin=min(settled, certain_from, middle - _HALF_FRAME),
            end=max(released, certain_to, middle + _HALF_FRAME),
            timing=timing,
        )


def _smooth(part: F64) -> F64:
    """From 0 at 0 to 1 at 1, level at both."""
    inside = np.clip(part, 0.0, 1.0)
    smoothed: F64 = inside * inside * (3.0 - 2.0 * inside)
    return smoothed
