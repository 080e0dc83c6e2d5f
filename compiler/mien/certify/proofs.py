"""A bank's certificate: proved upper bounds of how fast its faces change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mien.certify.certificate import Bound, Certificate, ChannelProof, LabelProof, Place, SlopeProof
from mien.certify.mixture import mixture_bound
from mien.certify.model import F64, I64, make_cell, make_work
from mien.certify.problem import Problem, moving_channels, problem_of
from mien.engine.tables import LabelTable, Tables
from mien.versions import PROVER

GAP = 1.097
"""A proved slope may pass the sampled one by this factor, less what rounding outward adds."""

MEAN_FLOOR, CHANNEL_FLOOR = 0.05, 0.25
"""Slopes below these are proved to be so, not sharper: a twentieth of the usual budgets."""

CELLS = 60_000
"""Cells that one label may take; past that its bounds are looser, and still proved."""

STEPS = (0.03, 0.015, 0.008, 0.004, 0.002)
"""Steps of the search for steep places, in VAD."""

ROUNDING = 1e-9
"""How far float64 rounding may lead a bound astray, relative and absolute (see the docs)."""

PARTS = 4
"""Boxes an axis in which the values of a label are bounded, for its mixtures."""

COLD = 20
"""Seconds that the kernels take to compile, once."""

SCALE = 10_000
"""Bounds are given to four decimals: proved ones rounded up, sampled ones down."""


def certify(tables: Tables, say: Callable[[str], None] | None = None) -> Certificate:
    """Prove the slopes of every label; ``say`` hears of each label that is done.

    For each label, plain and in each style: |f(u) - f(v)| <= proved * max |u_i - v_i| for all u
    and v in the cube [-1, 1]^3, for every channel and for the mean of |f(u) - f(v)| over the
    channels that the bank can move. The same bits on every machine.
    """
    proofs: list[LabelProof] = []
    for label in tables.labels:
        proof = prove_label(tables, label)
        proofs.append(proof)
        if say is not None:
            say(
                f"{label.label}: mean slope {proof.plain.mean.proved:.4f}, "
                f"{proof.plain.channel.name} {proof.plain.channel.bound.proved:.4f}"
            )
    moving = moving_channels(tables)
    return Certificate(
        prover=PROVER,
        channels=len(tables.channels),
        moving=moving,
        labels=tuple(proofs),
        mixture=mixture_bound(tables, proofs, moving),
    )


def prove_label(tables: Tables, label: LabelTable) -> LabelProof:
    """The proof of one label."""
    problem = problem_of(tables, label)
    faces = 1 + len(label.styles)
    nodes = len(problem.channels)
    if nodes == 0:
        return _still(tables, label)
    objectives = 2 * faces - 1 + nodes
    pending = np.ones(objectives, np.int64)
    for face in range(1, faces):
        # The worst channel of a style follows from the plain channels, times their gains, unless
        # the style may call conflict up once more.
        pending[faces + nodes + face - 1] = _wakes(problem, face)
    search = _Search(problem, objectives, faces)
    search.run(pending)
    proved = search.proved.copy()
    loose = np.zeros(objectives, np.int64)
    for face in range(1, faces):
        worst = faces + nodes + face - 1
        if pending[worst] == 0:
            slopes = zip(problem.net.gain[face].tolist(), proved[faces:].tolist(), strict=False)
            proved[worst] = max(gain * slope for gain, slope in slopes)
            if proved[worst] > max(CHANNEL_FLOOR, GAP * float(search.sampled[worst])):
                loose[worst] = 1
    if loose.any():
        search.run(loose)
        proved = np.where(loose == 1, np.minimum(proved, search.proved), proved)
    return _proof(tables, label, problem, search, proved, search.highest())


class _Search:
    """The arrays of one label's branch and bound, and its kernel."""

    def __init__(self, problem: Problem, objectives: int, faces: int) -> None:
        self.problem = problem
        nodes = len(problem.channels)
        self.cell = make_cell(problem.field.anchors.shape[0])
        self.work = make_work(problem.field.strength.shape[0], nodes, objectives)
        self.floor: F64 = np.full(objectives, CHANNEL_FLOOR)
        self.floor[:faces] = MEAN_FLOOR
        self.steps: F64 = np.array(STEPS)
        self.queue: F64 = np.empty((CELLS, 8))
        self.masks: I64 = np.empty((CELLS, objectives), np.int64)
        self.sampled: F64 = np.zeros(objectives)
        self.place: F64 = np.zeros((objectives, 3))
        self.which: I64 = np.zeros(objectives, np.int64)
        self.proved: F64 = np.zeros(objectives)

    def run(self, pending: I64) -> None:
        """Prove the pending objectives afresh, keeping what was sampled."""
        from mien.certify.prove import prove
        from mien.engine.jit import announce_compilation, is_cold

        if is_cold(prove):
            announce_compilation(COLD)
        self.proved[:] = 0.0
        prove(
            self.problem.field,
            self.problem.net,
            self.cell,
            self.work,
            self.steps,
            GAP,
            self.floor,
            pending,
            self.queue,
            self.masks,
            np.zeros(3),
            self.sampled,
            self.place,
            self.which,
            self.proved,
        )

    def highest(self) -> list[float]:
        """Values that the nodes never pass, as `value_bounds` bounds them."""
        from mien.certify.prove import value_bounds

        high = np.zeros(self.work.high.shape)
        value_bounds(self.problem.field, self.cell, self.work, np.zeros(8), PARTS, high)
        return [float(high[j]) + ROUNDING for j in self.problem.net.column]


def _wakes(problem: Problem, face: int) -> int:
    """1 where a style may lift two antagonists above their cap, which conflict had undone."""
    net = problem.net
    for n in range(len(problem.channels)):
        for e in range(int(net.pair_start[n]), int(net.pair_start[n + 1])):
            p = int(net.pair_node[e])
            cap = float(net.pair_cap[e])
            gain = max(float(net.gain[face, n]), float(net.gain[face, p]))
            offset = max(float(net.offset[face, n]), float(net.offset[face, p]))
            if gain * cap + offset > cap:
                return 1
        if net.under[n] >= 0:
            return 1
    return 0


def _proof(
    tables: Tables,
    label: LabelTable,
    problem: Problem,
    search: _Search,
    proved: F64,
    highest: Sequence[float],
) -> LabelProof:
    faces = 1 + len(label.styles)
    nodes = len(problem.channels)
    rho = problem.field.support
    margin = ROUNDING * (1.0 + 20.0 * _largest_weights(problem.field.weights) / (rho * rho))

    def bound(o: int) -> Bound:
        high = float(proved[o]) * (1.0 + ROUNDING) + margin
        low = float(search.sampled[o]) * (1.0 - ROUNDING) - margin
        up = int(high * SCALE) + 1 if proved[o] > 0.0 else 0
        return Bound(proved=up / SCALE, sampled=max(0, int(low * SCALE)) / SCALE)

    def place(o: int) -> Place:
        v, a, d = (_nearest(float(x)) for x in search.place[o])
        return v, a, d

    def channel(o: int, node: int) -> ChannelProof:
        name = tables.channels[problem.channels[node][0]]
        return ChannelProof(name=name, bound=bound(o), at=place(o))

    single = [channel(faces + n, n) for n in range(nodes)]
    named = {
        tables.channels[c]: ChannelProof(
            name=tables.channels[c], bound=single[n].bound, at=single[n].at
        )
        for n, members in enumerate(problem.channels)
        for c in members
    }
    steepest = max(single, key=lambda entry: entry.bound.proved)
    return LabelProof(
        label=label.label,
        plain=SlopeProof(mean=bound(0), mean_at=place(0), channel=steepest),
        styles={
            style: SlopeProof(
                mean=bound(face),
                mean_at=place(face),
                channel=channel(
                    faces + nodes + face - 1, int(search.which[faces + nodes + face - 1])
                ),
            )
            for face, style in enumerate(label.styles, start=1)
        },
        channels={name: named[name] for name in tables.channels if name in named},
        highest={
            tables.channels[c]: highest[n]
            for n, members in enumerate(problem.channels)
            for c in members
        },
    )


def _still(tables: Tables, label: LabelTable) -> LabelProof:
    """The proof of a face that never moves."""
    zero = Bound(proved=0.0, sampled=0.0)
    origin = (0.0, 0.0, 0.0)
    proof = SlopeProof(
        mean=zero,
        mean_at=origin,
        channel=ChannelProof(name=tables.channels[0], bound=zero, at=origin),
    )
    return LabelProof(
        label=label.label,
        plain=proof,
        styles=dict.fromkeys(label.styles, proof),
        channels={},
        highest={},
    )


def _largest_weights(weights: F64) -> float:
    """The largest sum of |weights| of one column, in fixed order."""
    most = 0.0
    for row in weights.tolist():
        total = 0.0
        for weight in row:
            total += abs(weight)
        most = max(most, total)
    return most


def _nearest(value: float) -> float:
    """``value`` to four decimals, halves away from zero; never -0."""
    size = int(abs(value) * SCALE + 0.5) / SCALE
    return -size if value < 0.0 and size > 0.0 else size
