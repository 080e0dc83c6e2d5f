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
from mien.engine.lanes import EIGHT, WIDTH
from mien.engine.tables import F32

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

INTENSITIES = 0
ANCHORS = 1  # data: V A D, outer, span of each
RULES = 2  # count
RULE_DATA = 3  # data: the constant, then the coefficients of terms that some rule weighs, of each
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
SHOWN_CODE = 17  # code: eights of columns that channels show, then where each begins
SPOKEN_CODE = 18  # the same under speech
LAST = 19  # count of columns before the fades
RULE_CODE = 20  # code: where the terms begin that each rule weighs
WEIGHED = 21  # count of terms each
HEAD = 22

TERMS = 9
"""V A D VV AA DD VA VD AD, which rules weigh beside their constant."""

REST = 0xFFFF_FFFF
"""In ``index``: a channel at rest."""


@frozen(kw_only=True, eq=False)
class Program:
    """heads (G, HEAD) of G variants, flat; metric and support in ``shared`` (4,).

    ``index`` (2, G, WIDTH + C + WIDTH), flat: for each variant without and with speech, and each of
    C channels, which float of a query's row it shows; REST before and after. ``rows`` and
    ``signals`` are the most columns and rules that any variant needs at once, ``intensities`` the
    most intensities; ``lines`` is how many times WIDTH floats a query's row takes.
    """

    heads: I64
    code: U32
    data: F32
    shared: F32
    index: U32
    rows: int
    signals: int
    intensities: int
    lines: int


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


def make_program(plans: Sequence[Plan], channels: int) -> Program:
    """Pack the plans, a variant each in their order, of faces of so many channels."""
    code, data = _Tape(), _Tape()
    heads = np.zeros((len(plans), HEAD), dtype=np.int64)
    index = np.full((2, len(plans), channels + 2 * WIDTH), REST, dtype=np.uint32)
    rows = signals = intensities = lines = 1
    for variant, (head, plan) in enumerate(zip(heads, plans, strict=True)):
        _pack(plan, head, code, data)
        for spoken, (name, shown) in enumerate(
            ((SHOWN_CODE, plan.shown), (SPOKEN_CODE, plan.spoken))
        ):
            columns, where = np.unique(shown, return_inverse=True)
            index[spoken, variant, WIDTH + plan.live] = where
            head[name] = _pack_shown(columns, code)
            lines = max(lines, -(-len(columns) // WIDTH))
        rows = max(rows, plan.last + len(plan.fade))
        signals = max(signals, len(plan.rules))
        intensities = max(intensities, len(plan.table.anchors))
    first = plans[0]
    return Program(
        heads=heads.ravel(),
        code=np.array([*code.numbers, 0], dtype=np.uint32),
        data=np.array([*data.numbers, 0.0], dtype=np.float32),
        shared=np.concatenate((first.metric, first.support)),
        index=index.ravel(),
        rows=rows,
        signals=signals,
        intensities=intensities,
        lines=lines,
    )


def _pack(plan: Plan, head: I64, code: _Tape, data: _Tape) -> None:
    table, styling = plan.table, plan.styling
    head[INTENSITIES] = len(table.anchors)
    radii = np.stack((table.plateau_outer, table.plateau_span), axis=1)
    head[ANCHORS] = data.add(np.concatenate((table.anchors, radii), axis=1))
    head[RULES] = len(plan.rules)
    _pack_rules(plan.rules, head, code, data)
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


def _pack_rules(rules: F32, head: I64, code: _Tape, data: _Tape) -> None:
    """As many terms for each as the rule has that weighs the most, in the order of the formula."""
    used = rules[:, 1:] != 0
    weighed = max(1, int(used.sum(axis=1).max(initial=0)))
    terms = np.sort(np.argsort(~used, axis=1, kind="stable")[:, :weighed], axis=1)
    head[WEIGHED] = weighed
    head[RULE_CODE] = code.add(terms * WIDTH)
    coefficients = np.take_along_axis(rules[:, 1:], terms, axis=1)
    head[RULE_DATA] = data.add(np.concatenate((rules[:, :1], coefficients), axis=1))


def _pack_shown(columns: Index, code: _Tape) -> int:
    """Columns are turned in eights: the last one fills up, and is turned again."""
    filled = np.pad(columns, (0, -len(columns) % EIGHT), "edge") if len(columns) else columns
    return code.add((len(filled) // EIGHT,), filled * WIDTH)


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
