"""Plans packed into flat arrays, as the kernels read them.

One row of ``heads`` a variant (a label in one style); its entries, named by the constants below,
are counts and offsets into ``code`` (whole numbers) and ``data`` (float32).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.engine.e1.conflict import Index
from mien.engine.e1.plan import ConflictStage, Plan
from mien.engine.tables import F32

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
"""Unsigned, so that the kernels need not look for negative indices."""

INTENSITIES = 0
ANCHORS = 1  # data: V A D of each, then outer of each, then span of each
RULES = 2  # count
RULE_DATA = 3  # data: ten coefficients each
COLUMNS = 4  # count
COLUMN_RULE = 5  # code: position of the rule of each
COLUMN_DATA = 6  # data: strength, weights by intensity, archetypes by intensity, of each
CONFLICT_CODE = 7  # code: see _pack_conflict; -1 where there is nothing to do
CONFLICT_DATA = 8
STYLED = 9  # count
STYLE_CODE = 10  # code: first result, then source of each
STYLE_DATA = 11  # data: gain, offset of each
STYLE_CONFLICT_CODE = 12
STYLE_CONFLICT_DATA = 13
FADES = 14  # count
FADE_CODE = 15  # code: source of each
FADE_DATA = 16  # data: attenuation of each
LIVE = 17  # count, filled up to fours
LIVE_CODE = 18  # code: channel of each, then column shown of each, then column spoken of each
LAST = 19  # count of columns before the fades
WIDTH = 20


@frozen(kw_only=True, eq=False)
class Program:
    """heads (G, WIDTH) of G variants; metric and support in ``shared`` (4,).

    ``rows`` and ``signals`` are the most columns and rules that any variant needs at once,
    ``intensities`` the most intensities.
    """

    heads: I64
    code: U32
    data: F32
    shared: F32
    rows: int
    signals: int
    intensities: int


class _Tape:
    """Numbers written one after the other."""

    def __init__(self) -> None:
        self.numbers: list[float] = []

    def add(self, *groups: Sequence[float] | npt.NDArray[np.float32] | npt.NDArray[np.intp]) -> int:
        """Append the groups; where they begin."""
        begin = len(self.numbers)
        for group in groups:
            self.numbers.extend(np.asarray(group).ravel().tolist())
        return begin


def make_program(plans: Sequence[Plan]) -> Program:
    """Pack the plans, a variant each in their order."""
    code, data = _Tape(), _Tape()
    heads = np.zeros((len(plans), WIDTH), dtype=np.int64)
    rows = signals = intensities = 1
    for head, plan in zip(heads, plans, strict=True):
        _pack(plan, head, code, data)
        rows = max(rows, plan.last + len(plan.fade))
        signals = max(signals, len(plan.rules))
        intensities = max(intensities, len(plan.table.anchors))
    first = plans[0]
    return Program(
        heads=heads,
        code=np.array([*code.numbers, 0], dtype=np.uint32),
        data=np.array([*data.numbers, 0.0], dtype=np.float32),
        shared=np.concatenate((first.metric, first.support)),
        rows=rows,
        signals=signals,
        intensities=intensities,
    )


def _pack(plan: Plan, head: I64, code: _Tape, data: _Tape) -> None:
    table, styling = plan.table, plan.styling
    head[INTENSITIES] = len(table.anchors)
    head[ANCHORS] = data.add(table.anchors, table.plateau_outer, table.plateau_span)
    head[RULES] = len(plan.rules)
    head[RULE_DATA] = data.add(plan.rules)
    head[COLUMNS] = len(plan.rule)
    head[COLUMN_RULE] = code.add(plan.rule)
    columns = (plan.strength[None, :], plan.weights, plan.archetypes)
    head[COLUMN_DATA] = data.add(np.concatenate(columns).T)
    head[CONFLICT_CODE], head[CONFLICT_DATA] = _pack_conflict(plan.conflict, code, data)
    head[STYLE_CONFLICT_CODE] = -1
    if styling is not None and plan.style_conflict is not None:
        head[STYLED] = len(styling.source)
        head[STYLE_CODE] = code.add((styling.base,), styling.source)
        head[STYLE_DATA] = data.add(np.stack((styling.gain, styling.offset), axis=1))
        packed = _pack_conflict(plan.style_conflict, code, data)
        head[STYLE_CONFLICT_CODE], head[STYLE_CONFLICT_DATA] = packed
    head[LAST] = plan.last
    head[FADES] = len(plan.fade)
    head[FADE_CODE] = code.add(plan.fade_source)
    head[FADE_DATA] = data.add(plan.fade)
    # Channels are written in fours: the last one fills up, and is written again.
    fill = (0, -len(plan.live) % 4)
    lists = [np.pad(part, fill, "edge") for part in _live(plan)] if len(plan.live) else []
    head[LIVE] = len(lists[0]) if lists else 0
    head[LIVE_CODE] = code.add(*lists)


def _live(plan: Plan) -> tuple[Index, Index, Index]:
    return plan.live, plan.shown, plan.spoken


def _pack_conflict(stage: ConflictStage, code: _Tape, data: _Tape) -> tuple[int, int]:
    """Code: first result, results; source, partners and their columns of each; ceilings; their two.

    Data: the partners' caps in that order, then the ceilings' slacks.
    """
    if stage.idle:
        return -1, 0
    words = [stage.base, len(stage.source)]
    numbers: list[float] = []
    for source, partners in zip(stage.source, stage.partners, strict=True):
        words.extend((source, len(partners), *(column for column, _ in partners)))
        numbers.extend(float(cap) for _, cap in partners)
    words.append(len(stage.ceilings))
    for channel, under, slack in stage.ceilings:
        words.extend((channel, under))
        numbers.append(float(slack))
    return code.add(words), data.add(numbers)
