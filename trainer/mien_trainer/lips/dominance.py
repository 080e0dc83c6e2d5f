"""Neighbouring sounds blended by dominance (Cohen and Massaro 1993).

Each viseme s of the timeline pulls at each group g of channels with

    D(t) = strength * exp(-(distance / (reach * pace)) ^ power)

where the distance is that in time from the sound, moved ahead by the group's lead, and 0 within;
the weights of a group are the mean of the visemes' weights under D. A power above 1 leaves no cusp.
Dimension letters: N frames, S visemes, G groups, C channels.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

from mien_trainer.lips.plan import FAINTEST, Plan
from mien_trainer.lips.timeline import F64, Timeline

REACH = 0.5
"""Seconds from which on a sound is not asked any more."""

SETTLING = 0.2
"""A pause shorter than this pulls to rest by the share of it that it lasts."""

_BLOCK = 64
"""Frames that are blended at a time: what is near them is all that counts."""


def blend(line: Timeline, times: F64, plan: Plan) -> F64:
    """The weights (N, C) at ``times`` (N,), contacts left out."""
    rows = np.array([plan.positions[name] for name in line.names])
    starts, ends = _led(line, plan, rows)
    logs = plan.log_strength[rows]
    rest = rows == plan.positions[plan.rest]
    settled = np.where(rest, np.minimum(1.0, (line.ends - line.starts) / SETTLING), 1.0)
    logs = logs + np.log(np.maximum(settled, FAINTEST))[:, None]
    all_starts: list[float] = line.starts.tolist()
    all_ends: list[float] = line.ends.tolist()
    blended = np.zeros((len(times), plan.weights.shape[1]))
    for begin in range(0, len(times), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        first = bisect_left(all_ends, times[begin] - REACH)
        last = bisect_left(all_starts, times[part][-1] + REACH)
        near = slice(max(0, first - 1), last + 1)
        share = _shares(times[part], starts[near], ends[near], logs[near], rows[near], plan)
        for group, channels in enumerate(plan.channels):
            blended[part, channels] = share[group] @ plan.weights[rows[near]][:, channels]
    return blended


def _led(line: Timeline, plan: Plan, rows: npt.NDArray[np.intp]) -> tuple[F64, F64]:
    """Starts and ends (S, G), each ahead of the sound, but not where speech falls to rest."""
    rest = rows == plan.positions[plan.rest]
    falls = rest[1:] & ~rest[:-1]
    leads_in = np.concatenate(([True], ~falls))[:, None] * plan.lead
    leads_out = np.concatenate((~falls, [True]))[:, None] * plan.lead
    return line.starts[:, None] - leads_in, line.ends[:, None] - leads_out


def _shares(
    times: F64, starts: F64, ends: F64, logs: F64, rows: npt.NDArray[np.intp], plan: Plan
) -> F64:
    """The part (G, N, S) that each viseme has in each frame; parts sum to 1 over S."""
    moments = times[None, :, None]
    before = starts.T[:, None, :] - moments
    after = moments - ends.T[:, None, :]
    distance = np.maximum(before / plan.before[rows].T[:, None, :], 0.0)
    distance = np.maximum(distance, after / plan.after[rows].T[:, None, :])
    pull = logs.T[:, None, :] - distance ** plan.power[rows]
    pull = np.exp(pull - pull.max(axis=2, keepdims=True))
    shares: F64 = pull / pull.sum(axis=2, keepdims=True)
    return shares
