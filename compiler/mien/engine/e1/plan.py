"""What has to be computed for one label in one style, each thing once.

Most channels of a label are at rest and most others are mirror twins, so a plan works on *columns*:
the distinct functions of VAD among the label's channels. Stages, each adding columns to those
before it where a channel needs a new one:

    rules -> columns -> conflict [-> style -> conflict] [-> speech] -> channels
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from attrs import frozen

from mien.engine.e1.conflict import Index, Partner
from mien.engine.tables import F32, LabelTable, Tables


@frozen(kw_only=True, eq=False)
class ConflictStage:
    """A conflict stage: column ``base + j`` starts as column ``source[j]``.

    Its partners are columns too. Ceilings, (channel, under, slack), are on the columns after that.
    """

    base: int
    source: tuple[int, ...]
    partners: tuple[tuple[Partner, ...], ...]
    ceilings: tuple[tuple[int, int, np.float32], ...]

    @property
    def idle(self) -> bool:
        """Whether the stage changes nothing."""
        return not self.source


@frozen(kw_only=True, eq=False)
class StyleStage:
    """A style stage: column base + j is gain * column source[j] + offset, held to [0, 1]."""

    base: int
    source: tuple[int, ...]
    gain: F32
    offset: F32


@frozen(kw_only=True, eq=False)
class Plan:
    """One label in one style. N columns at first, U rules, L live channels.

    rules (U, 10); rule (N,) position in them; strength (N,); weights, archetypes (K, N).
    ``live`` channels (L,) take the columns ``shown``; under speech ``spoken``, where column ``last
    + j`` is column ``fade_source[j]`` faded by ``fade[j]``. All other channels rest at 0.
    """

    table: LabelTable
    metric: F32
    support: F32
    rules: F32
    rule: Index
    strength: F32
    weights: F32
    archetypes: F32
    conflict: ConflictStage
    styling: StyleStage | None
    style_conflict: ConflictStage | None
    last: int
    fade_source: Index
    fade: F32
    live: Index
    shown: Index
    spoken: Index


class _Distinct:
    """Numbers keys in the order in which they are first met."""

    def __init__(self) -> None:
        self.position: dict[Hashable, int] = {}
        self.first: list[int] = []

    def add(self, key: Hashable, item: int) -> int:
        found = self.position.setdefault(key, len(self.position))
        if found == len(self.first):
            self.first.append(item)
        return found


def make_plan(tables: Tables, label: int, style: int) -> Plan:
    """The plan of a label's position and a style's position, or -1 for plain."""
    table = tables.labels[label]
    live = _live_channels(tables, table, style)
    rules, columns = _Distinct(), _Distinct()
    column: dict[int, int] = {}
    rule: list[int] = []
    for c in live:
        used = table.strength[c] != 0
        signal = rules.add(tables.rules[c].tobytes(), c) if used else 0
        parts = (table.weights[:, c].tobytes(), table.archetypes[:, c].tobytes())
        column[c] = columns.add((signal, table.strength[c].tobytes(), *parts), c)
        if column[c] == len(rule):
            rule.append(signal)
    if live and not rules.first:
        rules.add(b"", live[0])
    conflict, column = _conflict_stage(tables, live, column, len(rule))
    last = conflict.base + len(conflict.source)
    styling = style_conflict = None
    if style >= 0:
        styling, column = _style_stage(table, style, live, column, last)
        base = last + len(styling.source)
        style_conflict, column = _conflict_stage(tables, live, column, base)
        last = style_conflict.base + len(style_conflict.source)
    faded = _Distinct()
    spoken: list[int] = []
    for c in live:
        fade = table.attenuation[c]
        key = (column[c], fade.tobytes())
        spoken.append(column[c] if fade == 0 else last + faded.add(key, c))
    at = np.array(columns.first, dtype=np.intp)
    return Plan(
        table=table,
        metric=tables.metric,
        support=tables.support,
        rules=tables.rules[rules.first],
        rule=np.array(rule, dtype=np.intp),
        strength=table.strength[at],
        weights=np.ascontiguousarray(table.weights[:, at]),
        archetypes=np.ascontiguousarray(table.archetypes[:, at]),
        conflict=conflict,
        styling=styling,
        style_conflict=style_conflict,
        last=last,
        fade_source=np.array([column[c] for c in faded.first], dtype=np.intp),
        fade=table.attenuation[np.array(faded.first, dtype=np.intp)],
        live=np.array(live, dtype=np.intp),
        shown=np.array([column[c] for c in live], dtype=np.intp),
        spoken=np.array(spoken, dtype=np.intp),
    )


def _live_channels(tables: Tables, table: LabelTable, style: int) -> list[int]:
    """Channels that can leave 0, and the channels that bound them from above."""
    moved = (table.archetypes != 0).any(axis=0) | (table.weights != 0).any(axis=0)
    moved |= table.strength != 0
    if style >= 0:
        moved |= table.style_offset[style] > 0
    live: set[int] = set(np.flatnonzero(moved).tolist())
    live |= {under for channel, under in tables.ceilings.tolist() if channel in live}
    return sorted(live)


def _conflict_stage(
    tables: Tables, live: Sequence[int], column: dict[int, int], base: int
) -> tuple[ConflictStage, dict[int, int]]:
    """The conflict stage, and the channels' columns after it.

    A partner at rest takes nothing away (min(x, 0 + cap) and x - max(0, 0 - cap) leave both as they
    are), so pairs with one are dropped.
    """
    partners: dict[int, set[Partner]] = {c: set() for c in live}
    for (a, b), cap in zip(tables.pairs.tolist(), tables.caps, strict=True):
        if a in partners and b in partners:
            partners[a].add((column[b], cap))
            partners[b].add((column[a], cap))
    bounds: dict[int, list[Partner]] = {c: [] for c in live}
    for (channel, under), slack in zip(tables.ceilings.tolist(), tables.slacks, strict=True):
        if channel in bounds:
            bounds[channel].append((under, slack))
    after = _Distinct()
    result: dict[int, int] = {}
    sorted_partners = {c: tuple(sorted(of)) for c, of in partners.items()}
    # A channel that bounds others has no ceiling itself, so it is numbered before them.
    for c in sorted(live, key=lambda c: (bool(bounds[c]), c)):
        ceilings = tuple((result[under], slack) for under, slack in bounds[c])
        free = not sorted_partners[c] and not ceilings
        key = (column[c], sorted_partners[c], ceilings)
        result[c] = column[c] if free else base + after.add(key, c)
    stage = ConflictStage(
        base=base,
        source=tuple(column[c] for c in after.first),
        partners=tuple(sorted_partners[c] for c in after.first),
        ceilings=tuple(
            (result[c], result[under], slack) for c in after.first for under, slack in bounds[c]
        ),
    )
    return stage, result


def _style_stage(
    table: LabelTable, style: int, live: Sequence[int], column: dict[int, int], base: int
) -> tuple[StyleStage, dict[int, int]]:
    gain, offset = table.style_gain[style], table.style_offset[style]
    after = _Distinct()
    result: dict[int, int] = {}
    for c in live:
        key = (column[c], gain[c].tobytes(), offset[c].tobytes())
        result[c] = base + after.add(key, c)
    at = np.array(after.first, dtype=np.intp)
    source = tuple(column[c] for c in after.first)
    return StyleStage(base=base, source=source, gain=gain[at], offset=offset[at]), result
