"""Arrays that the proof of one label works on.

Letters: K anchors, J columns (channels with different numbers), N nodes (channels with different
numbers and different antagonists, gains or offsets), S faces: the plain one first, then styles.

The proof speaks of one cell of the cube at a time. A cell has three parameters, each in [-1, 1];
its points are ``centre + sum_m parameter_m * edge[m]``, off by at most ``remainder`` on each axis.
A function over the cell is held as a first-order Taylor model: its value at the centre, its slope
by parameter (or by axis), and its remainder, the most by which it differs from that in the cell.

Also O objectives (see `objectives.fill_objectives`); 3 stands for valence, arousal, dominance, or
for the cell's parameters, 4 for the sign vectors (1, +-1, +-1) of steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

FREE, ZERO, ONE = 0, 1, 2
"""Branches of a column: its interpolant is unclamped, clamped at 0, clamped at 1."""

DIRECTIONS = 4
"""Sign vectors (1, +-1, +-1): the corners of the max-norm ball, up to sign."""

PAIRS = 4
"""Antagonist pairs of one cell whose states are distinguished when the mean is bounded."""


class Field(NamedTuple):
    """The numbers of one label: float64 copies of its float32 tables.

    metric (3,), support, anchors (K, 3), outer (K,) and span (K,) squared, rules (J, 10),
    strength (J,), archetypes (J, K), weights (J, K).
    """

    metric: F64
    support: float
    anchors: F64
    outer: F64
    span: F64
    rules: F64
    strength: F64
    archetypes: F64
    weights: F64


class Net(NamedTuple):
    """Nodes: their column, how many channels they stand for, antagonists, ceilings and styles.

    Antagonists of node n are ``pair_node[pair_start[n]:pair_start[n + 1]]``; ``under[n]`` is -1
    where no ceiling holds. ``gain`` and ``offset`` (S, N). ``channels`` counts those that the bank
    can move: the mean divides by it.
    """

    column: I64
    copies: F64
    pair_start: I64
    pair_node: I64
    pair_cap: F64
    under: I64
    slack: F64
    gain: F64
    offset: F64
    channels: float


class Cell(NamedTuple):
    """A cell, and what all columns share in it.

    ``centre`` (3,), ``edge`` (3, 3) parameter by axis, ``remainder`` (3,), ``spread`` (3,) half
    widths of a box about the cell. ``owner`` (1,) is the anchor whose plateau blends in the cell,
    or -1; ``radius`` (2,) the middle and half range of the distance to it.

    There the gradient of a column is w A + k B, where w is the slope of the plateau weight by
    metric distance, k what it leaves to the interpolant, B the interpolant's gradient and A the
    unit direction to the anchor, scaled by what there is to blend. ``hull`` (4, 2) holds pairs
    (w, k) whose convex hull has all that occur, ``hull_size`` (1,) how many count; ``blend`` (2,)
    bounds the plateau weight. ``normal`` (4, 4) is the direction along each sign vector: its value,
    its slopes by the second and third parameter, its remainder. ``phi`` (K, 2) the radial functions
    and their remainders, ``phi_slope`` (K, 3) by axis; ``phi_grad`` (K, 3), ``phi_hessian`` (K, 6)
    with entries VV AA DD VA VD AD and ``phi_grad_remainder`` (K, 3) their gradients. ``score`` (3,)
    says what halving a parameter would gain.
    """

    centre: F64
    edge: F64
    remainder: F64
    spread: F64
    owner: I64
    radius: F64
    hull_size: I64
    hull: F64
    blend: F64
    normal: F64
    phi: F64
    phi_slope: F64
    phi_grad: F64
    phi_hessian: F64
    phi_grad_remainder: F64
    score: F64


class Work(NamedTuple):
    """Slopes of the columns in one cell, and what becomes of them.

    ``wanted`` (J,) and ``wanted_node`` (N,) mark what is kept up to date, ``possible`` (J, 3) the
    branches that occur. ``directional`` (J, 3, 4, 10), by branch and sign vector, are the
    directional derivatives of A and B (see `Cell`): A, its slopes by parameter, B, its slopes, the
    remainder of A, the remainder of B. ``low`` and ``high`` (J,)
    bound the values, ``slope`` (J, 4) is the largest |directional derivative|. ``node_...`` are the
    same after conflict, ``style_...`` after a style; ``pair_ends`` (4, 2), ``pair_caps`` (4,),
    ``pair_slope`` (4,) and ``paired`` (N,) are used by `objectives.sum_over_states`. ``bound`` (O,)
    are the objectives, ``which`` (O,) the node that shows them where that is the worst of a style.
    """

    wanted: I64
    wanted_node: I64
    possible: I64
    directional: F64
    low: F64
    high: F64
    slope: F64
    node_slope: F64
    node_low: F64
    node_high: F64
    in_conflict: I64
    style_slope: F64
    style_gain: F64
    style_low: F64
    style_high: F64
    pair_ends: I64
    pair_caps: F64
    pair_slope: F64
    paired: I64
    bound: F64
    which: I64


def make_cell(anchors: int) -> Cell:
    """Scratch for ``anchors`` anchors."""
    zeros = np.zeros
    return Cell(
        centre=zeros(3),
        edge=zeros((3, 3)),
        remainder=zeros(3),
        spread=zeros(3),
        owner=zeros(1, np.int64),
        radius=zeros(2),
        hull_size=zeros(1, np.int64),
        hull=zeros((4, 2)),
        blend=zeros(2),
        normal=zeros((DIRECTIONS, 4)),
        phi=zeros((anchors, 2)),
        phi_slope=zeros((anchors, 3)),
        phi_grad=zeros((anchors, 3)),
        phi_hessian=zeros((anchors, 6)),
        phi_grad_remainder=zeros((anchors, 3)),
        score=zeros(3),
    )


def make_work(columns: int, nodes: int, objectives: int) -> Work:
    """Scratch for ``columns`` columns under ``nodes`` nodes and ``objectives`` objectives."""
    zeros = np.zeros
    return Work(
        wanted=np.ones(columns, np.int64),
        wanted_node=np.ones(nodes, np.int64),
        possible=zeros((columns, 3), np.int64),
        directional=zeros((columns, 3, DIRECTIONS, 10)),
        low=zeros(columns),
        high=zeros(columns),
        slope=zeros((columns, DIRECTIONS)),
        node_slope=zeros((nodes, DIRECTIONS)),
        node_low=zeros(nodes),
        node_high=zeros(nodes),
        in_conflict=zeros(nodes, np.int64),
        style_slope=zeros((nodes, DIRECTIONS)),
        style_gain=zeros(nodes),
        style_low=zeros(nodes),
        style_high=zeros(nodes),
        pair_ends=zeros((PAIRS, 2), np.int64),
        pair_caps=zeros(PAIRS),
        pair_slope=zeros(PAIRS),
        paired=zeros(nodes, np.int64),
        bound=zeros(objectives),
        which=zeros(objectives, np.int64),
    )
