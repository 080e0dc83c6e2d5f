"""From columns to what a face shows: conflict, styles, and the slopes that are bounded.

Conflict makes of x_c the least, over its antagonists (p, cap), of ``min(x_c, cap)`` where
x_c <= x_p and ``x_c - max(0, x_p - cap)`` elsewhere. Its slope is therefore that of x_c, of a
constant, or of x_c - x_p; which of them occur in a cell is decided by bounds of the values.
"""

from __future__ import annotations

from mien.certify.model import I64, PAIRS, Cell, Net, Work
from mien.certify.slope import difference
from mien.engine.jit import kernel


@kernel
def resolve(own: float, other: float, cap: float) -> float:
    """One antagonist's say on a value: rises with ``own``, falls with ``other``."""
    if own <= other:
        return min(own, cap)
    return own - max(0.0, other - cap)


@kernel
def resolve_nodes(net: Net, cell: Cell, work: Work) -> None:
    """Fill ``node_slope`` (N, 4), ``node_low``, ``node_high`` and ``in_conflict`` (N,) of ``work``.

    Nodes are columns after conflict, which may touch those that are marked as in conflict.
    """
    for n in range(net.column.shape[0]):
        if work.wanted_node[n] == 0:
            continue
        j = int(net.column[n])
        low = work.low[j]
        high = work.high[j]
        work.node_low[n] = low
        work.node_high[n] = high
        work.in_conflict[n] = 0
        for d in range(4):
            work.node_slope[n, d] = work.slope[j, d]
        for e in range(net.pair_start[n], net.pair_start[n + 1]):
            p = int(net.column[int(net.pair_node[e])])
            if min(high, work.high[p]) > net.pair_cap[e]:
                work.in_conflict[n] = 1
        if work.in_conflict[n] == 1:
            for e in range(net.pair_start[n], net.pair_start[n + 1]):
                p = int(net.column[int(net.pair_node[e])])
                cap = net.pair_cap[e]
                work.node_low[n] = min(work.node_low[n], resolve(low, work.high[p], cap))
                work.node_high[n] = min(work.node_high[n], resolve(high, work.low[p], cap))
                if min(low, work.low[p]) > cap:
                    # Conflict is at work in the whole cell: x_c alone never shows.
                    for d in range(4):
                        work.node_slope[n, d] = 0.0
            for e in range(net.pair_start[n], net.pair_start[n + 1]):
                p = int(net.column[int(net.pair_node[e])])
                if high > work.low[p] and work.high[p] > net.pair_cap[e]:
                    for d in range(4):
                        both = difference(cell, j, 1.0, p, 1.0, d, work)
                        work.node_slope[n, d] = max(work.node_slope[n, d], both)
    for n in range(net.column.shape[0]):
        b = net.under[n]
        if (
            work.wanted_node[n] == 1
            and b >= 0
            and work.node_high[n] > work.node_low[b] + net.slack[n]
        ):
            # A ceiling: x_a becomes min(x_a, x_b + slack).
            for d in range(4):
                work.node_slope[n, d] = max(work.node_slope[n, d], work.node_slope[b, d])
            work.node_low[n] = min(work.node_low[n], work.node_low[b] + net.slack[n])
            work.node_high[n] = min(work.node_high[n], work.node_high[b] + net.slack[n])
            work.in_conflict[n] = 1


@kernel
def apply_style(net: Net, cell: Cell, face: int, work: Work) -> bool:
    """Fill the nodes of a style: gain, offset, clamp, conflict again.

    Fills ``style_slope`` (N, 4), ``style_low``, ``style_high``, ``style_gain`` (N,) of ``work``.

    True where that conflict is sure to be at rest in the whole cell.
    """
    apart = True
    for n in range(net.column.shape[0]):
        gain = net.gain[face, n]
        offset = net.offset[face, n]
        low = gain * work.node_low[n] + offset
        high = gain * work.node_high[n] + offset
        work.style_low[n] = min(1.0, max(0.0, low))
        work.style_high[n] = min(1.0, max(0.0, high))
        # The clamp may hold it still in the whole cell.
        work.style_gain[n] = 0.0 if low >= 1.0 or high <= 0.0 else gain
        for d in range(4):
            work.style_slope[n, d] = work.style_gain[n] * work.node_slope[n, d]
    for n in range(net.column.shape[0]):
        for e in range(net.pair_start[n], net.pair_start[n + 1]):
            p = int(net.pair_node[e])
            cap = net.pair_cap[e]
            # Conflict has brought the lesser of the two to the cap; can the style lift it again?
            gain = max(net.gain[face, n], net.gain[face, p])
            offset = max(net.offset[face, n], net.offset[face, p])
            if (
                gain * cap + offset > cap
                and work.style_high[p] > cap
                and work.style_high[n] > max(cap, work.style_low[p])
            ):
                raise_to_difference(net, cell, n, p, work)
                apart = False
    for n in range(net.column.shape[0]):
        b = net.under[n]
        if b >= 0 and work.style_high[n] > work.style_low[b] + net.slack[n]:
            apart = False
            for d in range(4):
                work.style_slope[n, d] = max(work.style_slope[n, d], work.style_slope[b, d])
    return apart


@kernel
def raise_to_difference(net: Net, cell: Cell, n: int, p: int, work: Work) -> None:
    """Raise ``style_slope[n]`` (4,) to the slopes of the difference of nodes ``n`` and ``p``."""
    simple = work.in_conflict[n] == 0 and work.in_conflict[p] == 0
    gain = work.style_gain[n]
    other = work.style_gain[p]
    for d in range(4):
        most = gain * work.node_slope[n, d] + other * work.node_slope[p, d]
        if simple:
            # Where the clamp holds one of the two still, the other's slope remains.
            least = max(gain * work.node_slope[n, d], other * work.node_slope[p, d])
            both = difference(cell, net.column[n], gain, net.column[p], other, d, work)
            most = min(most, max(least, both))
        work.style_slope[n, d] = max(work.style_slope[n, d], most)


@kernel
def fill_objectives(net: Net, cell: Cell, pending: I64, whole: bool, work: Work) -> None:
    """Fill ``work.bound`` (O,) for the ``pending`` (O,) objectives, columns being known.

    Objectives, with S faces (the plain one first) and N nodes: the mean of each face (S), each node
    of the plain face (N), the worst node of each style (S - 1). ``whole`` says that all columns are
    up to date; otherwise only nodes are pending.
    """
    nodes = net.column.shape[0]
    faces = net.gain.shape[0]
    resolve_nodes(net, cell, work)
    for n in range(nodes):
        if work.wanted_node[n] == 1:
            work.bound[faces + n] = max(
                max(work.node_slope[n, 0], work.node_slope[n, 1]),
                max(work.node_slope[n, 2], work.node_slope[n, 3]),
            )
    if not whole:
        return
    edges = list_active_pairs(net, work)
    if pending[0] == 1:
        for n in range(nodes):
            work.style_gain[n] = 1.0
        average = 0.0
        for d in range(4):
            total = 0.0
            for n in range(nodes):
                total += net.copies[n] * work.node_slope[n, d]
            if edges > 0:
                total = min(total, sum_over_states(net, cell, edges, d, work))
            average = max(average, total / net.channels)
        work.bound[0] = average
    for face in range(1, faces):
        if pending[face] == 1 or pending[faces + nodes + face - 1] == 1:
            apart = apply_style(net, cell, face, work)
            average = 0.0
            worst = 0.0
            node = 0
            for d in range(4):
                total = 0.0
                for n in range(nodes):
                    total += net.copies[n] * work.style_slope[n, d]
                    if work.style_slope[n, d] > worst:
                        worst = work.style_slope[n, d]
                        node = n
                if apart and edges > 0:
                    total = min(total, sum_over_states(net, cell, edges, d, work))
                average = max(average, total / net.channels)
            work.bound[face] = average
            work.bound[faces + nodes + face - 1] = worst
            work.which[faces + nodes + face - 1] = node


@kernel
def list_active_pairs(net: Net, work: Work) -> int:
    """Fill ``pair_ends`` (4, 2) and ``pair_caps`` (4,) with the pairs at work in the cell.

    Returns how many; 0 if there are more than `PAIRS`, or where a ceiling may hold one of the
    nodes: `sum_over_states` knows no ceilings.
    """
    count = 0
    for n in range(net.column.shape[0]):
        if work.in_conflict[n] == 1:
            b = net.under[n]
            if b >= 0 and work.node_high[n] >= work.node_low[b] + net.slack[n]:
                return 0
            for e in range(net.pair_start[n], net.pair_start[n + 1]):
                p = int(net.pair_node[e])
                cap = net.pair_cap[e]
                if (
                    n < p
                    and min(work.high[int(net.column[n])], work.high[int(net.column[p])]) > cap
                ):
                    if count == PAIRS:
                        return 0
                    work.pair_ends[count, 0] = n
                    work.pair_ends[count, 1] = p
                    work.pair_caps[count] = cap
                    count += 1
    return count


@kernel
def sum_over_states(net: Net, cell: Cell, edges: int, d: int, work: Work) -> float:
    """The largest sum over all nodes (times ``style_gain``) in any state of the ``edges`` pairs.

    A pair is at rest, or holds its first node to the difference and its second to the cap, or the
    other way round: never both to the difference, as bounds of single nodes must allow.
    """
    base = 0.0
    for n in range(net.column.shape[0]):
        paired = False
        for e in range(edges):
            paired = paired or work.pair_ends[e, 0] == n or work.pair_ends[e, 1] == n
        work.paired[n] = 1 if paired else 0
        if not paired:
            base += net.copies[n] * work.style_gain[n] * work.node_slope[n, d]
    states = 1
    for _ in range(edges):
        states *= 3
    most = 0.0
    for e in range(edges):
        one = int(net.column[int(work.pair_ends[e, 0])])
        two = int(net.column[int(work.pair_ends[e, 1])])
        work.pair_slope[e] = difference(cell, one, 1.0, two, 1.0, d, work)
    for state in range(states):
        possible = True
        rest = state
        for e in range(edges):
            one = int(net.column[int(work.pair_ends[e, 0])])
            two = int(net.column[int(work.pair_ends[e, 1])])
            does = rest % 3
            rest //= 3
            if does == 0:
                possible = possible and min(work.low[one], work.low[two]) <= work.pair_caps[e]
            elif does == 1:
                possible = possible and work.high[one] >= work.low[two]
            else:
                possible = possible and work.high[two] >= work.low[one]
        if possible:
            total = base
            for n in range(net.column.shape[0]):
                if work.paired[n] == 1:
                    size = 0.0
                    free = True
                    rest = state
                    for e in range(edges):
                        does = rest % 3
                        rest //= 3
                        first = work.pair_ends[e, 0] == n
                        if does > 0 and (first or work.pair_ends[e, 1] == n):
                            free = False
                            if first == (does == 1):
                                size = max(size, work.pair_slope[e])
                    if free:
                        size = work.slope[net.column[n], d]
                    total += net.copies[n] * work.style_gain[n] * size
            most = max(most, total)
    return most
