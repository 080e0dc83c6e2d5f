"""From a label's tables to the arrays of its proof, each distinct channel once.

Left and right are mostly the same numbers: such channels share a column. Channels that also have
the same antagonists (up to such equality), ceilings, gains and offsets share a node.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import sqrt

import numpy as np
from attrs import frozen

from mien.certify.model import Field, Net
from mien.engine.tables import F32, LabelTable, Tables


@frozen(kw_only=True, eq=False)
class Problem:
    """One label's proof. ``channels``: the channels (positions) behind each node.

    Channels behind no node are still: they never move, in any style.
    """

    field: Field
    net: Net
    channels: tuple[tuple[int, ...], ...]


def problem_of(tables: Tables, label: LabelTable) -> Problem:
    """The proof arrays of one label.

    Raises:
        ValueError: two plateaus of the label overlap, which no compiled bank allows.
    """
    _apart(tables, label)
    count = len(tables.channels)
    strength = _floats(label.strength)
    weights = _rows(label.weights.T)
    archetypes = _rows(label.archetypes.T)
    gains = _rows(label.style_gain.T)
    offsets = _rows(label.style_offset.T)
    # A rule of no strength is no rule, whatever it says.
    rules = [
        row if s != 0.0 else [0.0] * 10
        for row, s in zip(_rows(tables.rules), strength, strict=True)
    ]
    numbers: list[Hashable] = [
        (tuple(rules[c]), strength[c], tuple(weights[c]), tuple(archetypes[c]))
        for c in range(count)
    ]
    moves = [strength[c] != 0.0 or any(weights[c]) or any(archetypes[c]) for c in range(count)]
    lifted = [any(offset > 0.0 for offset in row) for row in offsets]
    # A still channel matters where a style lifts it against an antagonist that moves.
    kept = [c for c in range(count) if moves[c] or lifted[c]]
    ranks = {c: i for i, c in enumerate(kept)}
    pairs: list[list[tuple[int, float]]] = [[] for _ in kept]
    antagonists: list[list[int]] = tables.pairs.tolist()
    for (a, b), cap in zip(antagonists, _floats(tables.caps), strict=True):
        if a in ranks and b in ranks:
            pairs[ranks[a]].append((ranks[b], cap))
            pairs[ranks[b]].append((ranks[a], cap))
    ceiling_of: list[tuple[int, float] | None] = [None for _ in kept]
    ceilings: list[list[int]] = tables.ceilings.tolist()
    for (a, b), slack in zip(ceilings, _floats(tables.slacks), strict=True):
        if a in ranks:
            # Under a channel that never moves a ceiling is a constant: it adds no slope.
            ceiling_of[ranks[a]] = (ranks[b], slack) if b in ranks else None
    columns = _classes([numbers[c] for c in kept])
    style_key = [(tuple(gains[c]), tuple(offsets[c])) for c in range(count)]
    nodes = _classes([(columns[i], style_key[c]) for i, c in enumerate(kept)])
    while True:
        finer = _classes(
            [
                (
                    nodes[i],
                    tuple(sorted({(nodes[p], cap) for p, cap in pairs[i]})),
                    None if (ceiling := ceiling_of[i]) is None else (nodes[ceiling[0]], ceiling[1]),
                )
                for i in range(len(kept))
            ]
        )
        if max(finer, default=-1) == max(nodes, default=-1):
            break
        nodes = finer
    first = [nodes.index(n) for n in range(max(nodes, default=-1) + 1)]
    lead = [columns.index(j) for j in range(max(columns, default=-1) + 1)]
    links = [sorted({(nodes[p], cap) for p, cap in pairs[i]}) for i in first]
    lead_channels = [kept[i] for i in lead]
    first_channels = [kept[i] for i in first]
    by_style = _rows(label.style_gain), _rows(label.style_offset)
    return Problem(
        field=Field(
            metric=tables.metric.astype(np.float64),
            support=float(tables.support.reshape(())),
            anchors=label.anchors.astype(np.float64),
            outer=label.plateau_outer.astype(np.float64),
            span=label.plateau_span.astype(np.float64),
            rules=np.array([rules[c] for c in lead_channels]).reshape(-1, 10),
            strength=label.strength.astype(np.float64)[lead_channels],
            archetypes=np.ascontiguousarray(label.archetypes.astype(np.float64).T[lead_channels]),
            weights=np.ascontiguousarray(label.weights.astype(np.float64).T[lead_channels]),
        ),
        net=Net(
            column=np.array([columns[i] for i in first], np.int64),
            copies=np.array([float(nodes.count(n)) for n in range(len(first))]),
            pair_start=np.array(_starts(links), np.int64),
            pair_node=np.array([n for row in links for n, _ in row], np.int64),
            pair_cap=np.array([cap for row in links for _, cap in row], np.float64),
            under=np.array(
                [-1 if (ceiling := ceiling_of[i]) is None else nodes[ceiling[0]] for i in first],
                np.int64,
            ),
            slack=np.array(
                [0.0 if (ceiling := ceiling_of[i]) is None else ceiling[1] for i in first],
                np.float64,
            ),
            # All arrays are C-contiguous: another layout would compile the kernels anew.
            gain=np.array(
                [[1.0] * len(first), *(_pick(row, first_channels) for row in by_style[0])]
            ),
            offset=np.array(
                [[0.0] * len(first), *(_pick(row, first_channels) for row in by_style[1])]
            ),
            channels=float(max(1, moving_channels(tables))),
        ),
        channels=tuple(
            tuple(c for i, c in enumerate(kept) if nodes[i] == n) for n in range(len(first))
        ),
    )


def moving_channels(tables: Tables) -> int:
    """How many channels the bank can move: those that are not 0 in every face it can show.

    The mean counts these alone, so that idle channels of a rig make no budget easier.
    """
    moving = np.zeros(len(tables.channels), np.bool_)
    for label in tables.labels:
        moving |= label.strength != 0.0
        for table in (label.weights, label.archetypes, label.style_offset > 0.0):
            moving |= (table != 0.0).any(axis=0)
    return int(moving.sum())


def _apart(tables: Tables, label: LabelTable) -> None:
    metric = _floats(tables.metric)
    anchors = _rows(label.anchors)
    outer = _floats(label.plateau_outer)
    for i, one in enumerate(anchors):
        for j in range(i):
            squared = 0.0
            for weight, a, b in zip(metric, one, anchors[j], strict=True):
                squared += weight * (a - b) * (a - b)
            if sqrt(outer[i]) + sqrt(outer[j]) > sqrt(squared):
                raise ValueError(f"{label.label}: the plateaus of anchors {j} and {i} overlap")


def _floats(array: F32) -> list[float]:
    values: list[float] = array.tolist()
    return values


def _rows(array: F32) -> list[list[float]]:
    rows: list[list[float]] = array.tolist()
    return rows


def _pick(row: Sequence[float], channels: Sequence[int]) -> list[float]:
    return [row[c] for c in channels]


def _classes(keys: Sequence[Hashable]) -> list[int]:
    """Number equal keys alike, in order of first appearance."""
    seen: dict[Hashable, int] = {}
    return [seen.setdefault(key, len(seen)) for key in keys]


def _starts(rows: Sequence[Sequence[object]]) -> list[int]:
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    return starts
