"""Phonemes to the curves of the lips: blended by dominance, with contacts kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.engine.e1.conflict import Conflict, build_conflict
from mien.exact import exact_exp, exact_log, exact_power
from mien_trainer.frames import F32, FRAME_RATE, frame_times
from mien_trainer.lips.closures import core
from mien_trainer.lips.table import F64, ContactTiming, Timeline, VisemeTable, timeline
from mien_trainer.phonemes import Phoneme

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
        log_strength=exact_log(np.maximum(strength, FAINTEST)),
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


REACH = 0.5
"""Seconds from which on a sound has no influence."""

SETTLING = 0.2
"""A pause shorter than this pulls to rest by the share of it that it lasts."""

_BLOCK = 32
"""Frames that are blended at a time: what is near them is all that counts."""


def blend(line: Timeline, times: F64, plan: Plan) -> F64:
    """The weights (N, C) at ``times`` (N,), contacts left out."""
    rows = np.array([plan.positions[name] for name in line.names])
    starts, ends = _led(line, plan, rows)
    logs = plan.log_strength[rows]
    rest = rows == plan.positions[plan.rest]
    settled = np.where(rest, np.minimum(1.0, (line.ends - line.starts) / SETTLING), 1.0)
    logs = logs + exact_log(np.maximum(settled, FAINTEST))[:, None]
    all_starts: list[float] = line.starts.tolist()
    all_ends: list[float] = line.ends.tolist()
    columns = np.concatenate(plan.channels)
    groups = np.repeat(np.arange(len(plan.channels)), [len(one) for one in plan.channels])
    blended = np.zeros((len(times), plan.weights.shape[1]))
    for begin in range(0, len(times), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        first = bisect_left(all_ends, times[begin] - REACH)
        last = bisect_left(all_starts, times[part][-1] + REACH)
        near = slice(max(0, first - 1), last + 1)
        share = _shares(times[part], starts[near], ends[near], logs[near], rows[near], plan)
        shapes = plan.weights[rows[near]][:, columns]
        mean = np.zeros((share.shape[1], len(columns)))
        for position in range(len(shapes)):
            mean += share[position][:, groups] * shapes[position]
        blended[part, columns] = mean
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
    """The part (S, N, G) that each viseme has in each frame; parts sum to 1 over S."""
    moments = times[None, :, None]
    before = (starts[:, None, :] - moments) / plan.before[rows][:, None, :]
    after = (moments - ends[:, None, :]) / plan.after[rows][:, None, :]
    distance = np.maximum(np.maximum(before, after), 0.0)
    pull = logs[:, None, :] - exact_power(distance, plan.power[rows][:, None, None])
    pull = exact_exp(pull - pull.max(axis=0))
    total = np.zeros(pull.shape[1:])
    for one in pull:
        total += one
    shares: F64 = pull / total
    return shares


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
    slack = np.maximum(QUICKEST, _SHARE * (meets[1:] - parts[:-1]))
    opening = np.minimum([1.0, *(one.timing.opening for one in holds)], slack)
    closing = np.minimum([*(one.timing.closing for one in holds), 1.0], slack)
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
