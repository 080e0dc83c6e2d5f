"""Branch and bound over the cube, one label at a time."""

from __future__ import annotations

from math import sqrt

from mien.certify.cell import box, set_box, set_point, set_shell
from mien.certify.column import columns
from mien.certify.model import F64, I64, Cell, Field, Net, Work
from mien.certify.objectives import fill_objectives
from mien.certify.slope import column_slopes
from mien.certify.wendland import wendland
from mien.engine.jit import kernel

SAMPLED_CELLS, SAMPLE_EVERY = 600, 8
"""Cells in whose middles steep places are looked for; past those, one cell in so many."""


@kernel
def mark_wanted(net: Net, pending: I64, work: Work) -> bool:
    """Mark in ``wanted`` (J,) and ``wanted_node`` (N,) what the ``pending`` (O,) objectives need.

    Returns whether that is all of them.
    """
    nodes = net.column.shape[0]
    faces = net.gain.shape[0]
    whole = False
    for o in range(pending.shape[0]):
        if pending[o] == 1 and (o < faces or o >= faces + nodes):
            whole = True
    for n in range(nodes):
        work.wanted_node[n] = 1 if whole else pending[faces + n]
    for j in range(work.wanted.shape[0]):
        work.wanted[j] = 1 if whole else 0
    if not whole:
        for n in range(nodes):
            if pending[faces + n] == 1 and net.under[n] >= 0:
                work.wanted_node[net.under[n]] = 1
        for n in range(nodes):
            if work.wanted_node[n] == 1:
                work.wanted[net.column[n]] = 1
                for e in range(net.pair_start[n], net.pair_start[n + 1]):
                    work.wanted[int(net.column[int(net.pair_node[e])])] = 1
    return whole


@kernel
def bound(field: Field, net: Net, cell: Cell, pending: I64, work: Work) -> None:
    """Fill ``work.bound`` (O,) for the cell, whose geometry is set."""
    whole = mark_wanted(net, pending, work)
    wendland(field, cell)
    columns(field, cell, work)
    column_slopes(cell, work)
    fill_objectives(net, cell, pending, whole, work)


@kernel
def sample(
    field: Field,
    net: Net,
    cell: Cell,
    work: Work,
    point: F64,
    pending: I64,
    sampled: F64,
    place: F64,
    which: I64,
) -> None:
    """Raise ``sampled`` (O,) to the slopes at ``point`` (3,), moved into the cube.

    Where a slope is the steepest yet, ``place`` (O, 3) and ``which`` (O,) note it.
    """
    for a in range(3):
        point[a] = min(1.0, max(-1.0, point[a]))
    if set_point(field, point, cell):
        bound(field, net, cell, pending, work)
        for o in range(sampled.shape[0]):
            if pending[o] == 1 and work.bound[o] > sampled[o]:
                sampled[o] = work.bound[o]
                for a in range(3):
                    place[o, a] = point[a]
                which[o] = work.which[o]


@kernel
def pattern_search(
    field: Field,
    net: Net,
    cell: Cell,
    work: Work,
    steps: F64,
    point: F64,
    pending: I64,
    sampled: F64,
    place: F64,
    which: I64,
) -> None:
    """A pattern search from the best known place of each objective, shared by all of them."""
    for step in range(steps.shape[0]):
        for o in range(sampled.shape[0]):
            known = sampled[o] == 0.0
            for other in range(o):
                same = True
                for a in range(3):
                    same = same and place[other, a] == place[o, a]
                known = known or same
            if not known:
                for way in range(6):
                    for a in range(3):
                        point[a] = place[o, a]
                    point[way // 2] += steps[step] if way % 2 == 0 else -steps[step]
                    sample(field, net, cell, work, point, pending, sampled, place, which)


@kernel
def prove(
    field: Field,
    net: Net,
    cell: Cell,
    work: Work,
    steps: F64,
    slack: float,
    floor: F64,
    pending: I64,
    queue: F64,
    masks: I64,
    point: F64,
    sampled: F64,
    place: F64,
    which: I64,
    proved: F64,
) -> int:
    """Fill ``sampled``, ``place``, ``which`` and ``proved`` (O,) for the pending objectives.

    Breadth first: a cell is halved until each objective that is still pending in it is proved to
    stay under ``slack`` times its sampled bound, or under its ``floor``. Once the queue (its rows)
    is full nothing is halved any more, and what the remaining cells show is taken as it is.
    At last every objective, pending or not, is sampled where the others are steepest.
    Returns the cells it took.
    """
    objectives = sampled.shape[0]
    capacity = queue.shape[0]
    tail = start(field, queue)
    for i in range(tail):
        for o in range(objectives):
            masks[i, o] = pending[o]
    head = 0
    next_search = SAMPLED_CELLS // 3
    while head < tail:
        if head == next_search:
            next_search = 6 * next_search
            pattern_search(field, net, cell, work, steps, point, pending, sampled, place, which)
        row = queue[head]
        mask = masks[head]
        head += 1
        if not (set_box(field, row, cell) if row[0] < 0.0 else set_shell(field, row, cell)):
            continue
        bound(field, net, cell, mask, work)
        again = False
        for o in range(objectives):
            if mask[o] == 1:
                if work.bound[o] <= max(floor[o], slack * sampled[o]) or tail + 2 > capacity:
                    mask[o] = 0
                    proved[o] = max(proved[o], work.bound[o])
                else:
                    again = True
        if again:
            part = 0
            for m in range(1, 3):
                if cell.score[m] > cell.score[part]:
                    part = m
            half = row[5 + part] * 0.5
            for side in range(2):
                for m in range(8):
                    queue[tail, m] = row[m]
                queue[tail, 2 + part] += half if side == 1 else -half
                queue[tail, 5 + part] = half
                for o in range(objectives):
                    masks[tail, o] = mask[o]
                tail += 1
            if head < SAMPLED_CELLS or head % SAMPLE_EVERY == 0:
                for a in range(3):
                    point[a] = cell.centre[a]
                sample(field, net, cell, work, point, mask, sampled, place, which)
    pattern_search(field, net, cell, work, steps, point, pending, sampled, place, which)
    for o in range(objectives):
        masks[0, o] = 1
    for o in range(objectives):
        if sampled[o] > 0.0:
            for a in range(3):
                point[a] = place[o, a]
            sample(field, net, cell, work, point, masks[0], sampled, place, which)
    return head


@kernel
def value_bounds(field: Field, cell: Cell, work: Work, row: F64, parts: int, high: F64) -> None:
    """Fill ``high`` (J,): values that the columns never pass anywhere in the cube.

    x = b y + (1 - b) g is at most the greatest archetype or the greatest clamped interpolant, and
    the latter is bounded in ``parts`` boxes an axis. ``row`` (8,) is scratch.
    """
    for j in range(high.shape[0]):
        work.wanted[j] = 1
        high[j] = 0.0
        for i in range(field.anchors.shape[0]):
            high[j] = max(high[j], field.archetypes[j, i])
    for number in range(parts * parts * parts):
        rest = number
        for a in range(3):
            row[2 + a] = (2.0 * float(rest % parts) + 1.0) / float(parts) - 1.0
            row[5 + a] = 1.0 / float(parts) + 1e-9
            rest //= parts
        box(row, cell)
        wendland(field, cell)
        columns(field, cell, work)
        for j in range(high.shape[0]):
            high[j] = max(high[j], work.high[j])


@kernel
def start(field: Field, queue: F64) -> int:
    """Fill rows of ``queue`` (cells, 8) with the cube and the shells of all plateaus; how many.

    Shells reach a little past both radii, so that rounding leaves no point uncovered.
    """
    for m in range(8):
        queue[0, m] = 0.0 if m < 5 else 1.0
    queue[0, 0] = -1.0
    tail = 1
    for i in range(field.anchors.shape[0]):
        outer = sqrt(field.outer[i]) * (1.0 + 1e-9)
        inner = sqrt(max(0.0, field.outer[i] - field.span[i])) * (1.0 - 1e-9)
        for face in range(6):
            queue[tail, 0] = float(i)
            queue[tail, 1] = float(face)
            queue[tail, 2] = 0.5 * (outer + inner)
            queue[tail, 3] = 0.0
            queue[tail, 4] = 0.0
            queue[tail, 5] = 0.5 * (outer - inner)
            queue[tail, 6] = 1.0
            queue[tail, 7] = 1.0
            tail += 1
    return tail
