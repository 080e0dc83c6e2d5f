"""Every inequality of the prover by itself: what it says of a cell, against points of that cell.

Each part claims a model of a function over a cell and the most by which the function differs from
it. Here the function is computed from its definition at random points of random cells. Cells of all
sizes are drawn, and simple functions among them, so that each claim is nearly met somewhere: a
remainder of half the size would be caught.
"""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import numpy.typing as npt
import pytest
from attrs import frozen

from mien.certify.cell import set_blend, set_box, set_shell
from mien.certify.column import columns
from mien.certify.model import FREE, ONE, ZERO, Cell, Field, Work, make_cell, make_work
from mien.certify.objectives import resolve
from mien.certify.slope import column_slopes, difference
from mien.certify.wendland import wendland

F64 = npt.NDArray[np.float64]

SIGNS = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [1, -1, -1]], np.float64)
CORNERS = np.array([*product((-1.0, 1.0), repeat=3), *product((-1.0, 0.0, 1.0), repeat=3)])
TINY = 1e-11
"""Rounding of float64, against values about 1."""


def random_field(rng: np.random.Generator, columns: int = 6, anchors: int = 3) -> Field:
    """A label of random numbers; some columns are a lone rule, some lone radial functions."""
    points = rng.uniform(-0.9, 0.9, (anchors, 3))
    metric = rng.uniform(0.3, 1.2, 3)
    away = points[:, None] - points[None]
    apart = np.sqrt((away * away * metric).sum(-1)) + 9.0 * np.eye(anchors)
    outer = (rng.uniform(0.3, 0.95, anchors) * apart.min(1) / 2.0) ** 2
    rules = rng.normal(0.0, rng.choice([0.3, 1.0, 4.0]), (columns, 10))
    rules *= rng.uniform(size=rules.shape) < rng.choice([0.15, 0.5, 1.0])
    strength = np.where(rng.uniform(size=columns) < 0.7, rng.uniform(0.1, 1.0, columns), 0.0)
    weights = rng.normal(0.0, 1.0, (columns, anchors))
    weights *= rng.uniform(size=weights.shape) < rng.choice([0.0, 0.4, 1.0])
    return Field(
        metric=metric,
        support=float(rng.uniform(0.4, 3.0)),
        anchors=points,
        outer=outer,
        span=outer * rng.uniform(0.5, 0.99, anchors),
        rules=rules,
        strength=strength,
        archetypes=rng.uniform(0.0, 1.0, (columns, anchors)),
        weights=weights,
    )


@frozen(eq=False)
class Sample:
    """A cell, parameters (n, 3) in [-1, 1] of points in it, and the points (n, 3)."""

    field: Field
    cell: Cell
    parameters: F64
    points: F64

    @property
    def away(self) -> F64:
        """The points (n, 3) from the cell's centre."""
        return self.points - self.cell.centre

    @property
    def linear(self) -> F64:
        """The points (n, 3) as the cell's edges have them."""
        return self.cell.centre + self.parameters @ self.cell.edge


def parameters(rng: np.random.Generator) -> F64:
    return np.concatenate((CORNERS, rng.uniform(-1.0, 1.0, (24, 3))))


def box(rng: np.random.Generator, field: Field) -> Sample | None:
    size = 10.0 ** rng.uniform(-3.0, 0.0, 3) * (rng.uniform(size=3) < 0.8)
    centre = rng.uniform(-1.0, 1.0, 3)
    if rng.uniform() < 0.5:
        centre = field.anchors[rng.integers(len(field.anchors))] + rng.normal(0.0, 0.2, 3)
    cell = make_cell(len(field.anchors))
    if not set_box(field, np.array([-1.0, 0.0, *centre, *size]), cell):
        return None
    drawn = parameters(rng)
    return Sample(field, cell, drawn, centre + drawn * size)


def shell(rng: np.random.Generator, field: Field) -> Sample | None:
    owner = int(rng.integers(len(field.anchors)))
    face = int(rng.integers(6))
    outer = sqrt(float(field.outer[owner]))
    inner = sqrt(float(field.outer[owner] - field.span[owner]))
    half = float(0.5 * (outer - inner) * 10.0 ** rng.uniform(-2.0, 0.0))
    r = float(rng.uniform(inner + half, outer - half))
    slopes = 10.0 ** rng.uniform(-2.5, 0.0, 2) * (rng.uniform(size=2) < 0.9)
    p, q = float(rng.uniform(-1.0, 1.0)), float(rng.uniform(-1.0, 1.0))
    cell = make_cell(len(field.anchors))
    row = np.array([owner, face, r, p, q, half, *slopes])
    if not set_shell(field, row, cell):
        return None
    drawn = parameters(rng)
    radii = r + drawn[:, 0] * half
    ways = np.stack(
        (np.ones(len(drawn)), p + drawn[:, 1] * slopes[0], q + drawn[:, 2] * slopes[1]), axis=1
    )
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    unit = np.zeros_like(ways)
    for turn in range(3):
        unit[:, (face + turn) % 3] = ways[:, turn]
    unit[:, face % 3] *= 1.0 if face < 3 else -1.0
    points = field.anchors[owner] + radii[:, None] * unit / np.sqrt(field.metric)
    return Sample(field, cell, drawn, points)


def samples(kind: str, count: int, seed: int = 3) -> list[Sample]:
    """Cells of random fields, with points in them."""
    rng = np.random.default_rng(seed)
    found: list[Sample] = []
    while len(found) < count:
        field = random_field(rng)
        one = box(rng, field) if kind == "box" else shell(rng, field)
        if one is not None:
            wendland(field, one.cell)
            found.append(one)
    return found


def holds(off: F64, bound: F64 | float, seen: list[float]) -> None:
    """No point is off by more than the bound; ``seen`` gathers how nearly it is met."""
    assert (off <= bound + TINY * (1.0 + np.abs(bound))).all()
    meaning = np.broadcast_to(np.asarray(bound), off.shape)
    large = meaning > 1e-6
    if large.any():
        seen.append(float((off[large] / meaning[large]).max()))


def nearly_met(seen: list[float], share: float = 0.55) -> None:
    """A remainder that is never nearly met could be too small by half and nobody would know."""
    assert max(seen) > share


def distances(field: Field, points: F64) -> F64:
    """Metric distance (n, K) of points to anchors."""
    away = points[:, None] - field.anchors[None]
    return np.asarray(np.sqrt((away * away * field.metric).sum(-1)), np.float64)


def radial(field: Field, points: F64) -> tuple[F64, F64]:
    """phi (n, K) and its gradient (n, K, 3), from the definition."""
    r = distances(field, points)
    p = np.maximum(0.0, 1.0 - r / field.support)
    force = -20.0 * p**3 / field.support**2
    away = points[:, None] - field.anchors[None]
    return p**4 * (4.0 * r / field.support + 1.0), force[..., None] * field.metric * away


def interpolant(field: Field, points: F64) -> tuple[F64, F64]:
    """g (n, J) before its clamp and its gradient (n, J, 3), from the definition."""
    v, a, d = points.T[:, :, None]
    one, zero = np.ones_like(v), np.zeros_like(v)
    terms = np.stack((one, v, a, d, v * v, a * a, d * d, v * a, v * d, a * d))
    slopes = (
        np.stack((zero, one, zero, zero, 2 * v, zero, zero, a, d, zero)),
        np.stack((zero, zero, one, zero, zero, 2 * a, zero, v, zero, d)),
        np.stack((zero, zero, zero, one, zero, zero, 2 * d, zero, v, a)),
    )
    q = np.einsum("tnx,jt->nj", terms, field.rules)
    slope = 0.5 * field.strength / (1.0 + q * q) ** 1.5
    phi, gradient = radial(field, points)
    g = field.strength * 0.5 * (1.0 + q / np.sqrt(1.0 + q * q)) + phi @ field.weights.T
    rows = [slope * np.einsum("tnx,jt->nj", part, field.rules) for part in slopes]
    return g, np.stack(rows, axis=-1) + np.einsum("nkx,jk->njx", gradient, field.weights)


def towards(one: Sample) -> F64:
    """The slope (n, 4) of minus the distance to the owner, along each sign vector."""
    owner = int(one.cell.owner[0])
    away = (one.points - one.field.anchors[owner]) * one.field.metric
    return np.asarray(-(away / distances(one.field, one.points)[:, [owner]]) @ SIGNS.T, np.float64)


def inside(one: Sample) -> npt.NDArray[np.bool_]:
    """The points of a box that lie outside every plateau: only they count there."""
    r = distances(one.field, one.points)
    return np.asarray((r * r >= one.field.outer).all(1))


def worked(one: Sample) -> Work:
    work = make_work(len(one.field.strength), 1, 1)
    columns(one.field, one.cell, work)
    column_slopes(one.cell, work)
    return work


@pytest.mark.parametrize("kind", ["box", "shell"])
def test_radial_functions_stay_within_their_models(kind: str) -> None:
    values: list[float] = []
    gradients: list[float] = []
    own_values: list[float] = []
    own_gradients: list[float] = []
    for one in samples(kind, 500):
        cell = one.cell
        phi, gradient = radial(one.field, one.points)
        for i in range(len(one.field.anchors)):
            own = i == cell.owner[0]
            # The owner's are models in the cell's parameters, all others in V, A and D.
            moved = one.parameters @ cell.edge if own else one.away
            vv, aa, dd, va, vd, ad = cell.phi_hessian[i]
            hessian = np.array([[vv, va, vd], [va, aa, ad], [vd, ad, dd]])
            model = cell.phi[i, 0] + moved @ cell.phi_slope[i]
            holds(np.abs(phi[:, i] - model), cell.phi[i, 1], own_values if own else values)
            rest = cell.phi_grad_remainder[i] + (np.abs(hessian) @ cell.remainder if own else 0.0)
            remainder = np.abs(gradient[:, i] - (cell.phi_grad[i] + moved @ hessian))
            holds(remainder, rest, own_gradients if own else gradients)
    nearly_met(values)
    nearly_met(gradients)
    if kind == "shell":
        nearly_met(own_values)
        nearly_met(own_gradients)


def test_points_of_a_shell_stay_near_its_edges() -> None:
    seen: list[float] = []
    for one in samples("shell", 800):
        holds(np.abs(one.points - one.linear), one.cell.remainder, seen)
        assert (np.abs(one.away) <= one.cell.spread + TINY).all()
    nearly_met(seen)


def test_directions_in_a_shell_stay_within_their_models() -> None:
    seen: list[float] = []
    for one in samples("shell", 800):
        normal = one.cell.normal
        model = normal[:, 0] + one.parameters[:, 1:] @ normal[:, 1:3].T
        holds(np.abs(towards(one) - model), normal[:, 3], seen)
    nearly_met(seen)


def test_slopes_of_a_plateau_lie_in_the_hull_of_its_corners() -> None:
    rng = np.random.default_rng(5)
    seen: list[float] = []
    for _ in range(600):
        field = random_field(rng)
        outer, span = float(field.outer[0]), float(field.span[0])
        ends = sqrt(outer - span), sqrt(outer)
        low, high = sorted(rng.uniform(*ends, 2).tolist()) if rng.uniform() < 0.8 else ends
        cell = make_cell(len(field.anchors))
        set_blend(field, cell, 0, low, high)
        r: F64 = np.linspace(low, high, 200)
        t = np.clip((outer - r * r) / span, 0.0, 1.0)
        b = t * t * (3.0 - 2.0 * t)
        w = 2.0 * r / span * 6.0 * t * (1.0 - t)
        assert (cell.blend[0] - TINY <= b).all()
        assert (b <= cell.blend[1] + TINY).all()
        corner = cell.hull[: int(cell.hull_size[0])]
        for way in rng.normal(size=(40, 2)):
            # In a direction of the plane no point passes the outermost corner.
            reach = (corner @ way).max()
            assert (way[0] * w + way[1] * (1.0 - b) <= reach + TINY * abs(w).max()).all()
        seen.append(float(w.max() / corner[:, 0].max()) if corner[:, 0].max() > 0 else 0.0)
    nearly_met(seen, 0.95)


@pytest.mark.parametrize("kind", ["box", "shell"])
def test_columns_stay_within_their_models(kind: str) -> None:
    blended: list[float] = []
    gradients: list[float] = []
    widths: list[float] = []
    for one in samples(kind, 600):
        work = worked(one)
        field, cell = one.field, one.cell
        g, gradient = interpolant(field, one.points)
        along = gradient @ SIGNS.T
        owner = int(cell.owner[0])
        for j in range(len(field.strength)):
            if work.possible[j, FREE]:
                directional = work.directional[j, FREE]
                model = directional[:, 4] + one.parameters @ directional[:, 5:8].T
                holds(np.abs(along[:, j] - model), directional[:, 9], gradients)
            held = np.clip(g[:, j], 0.0, 1.0)
            low, high = g[:, j].min(), g[:, j].max()
            assert work.possible[j, FREE] or low >= 1.0 - TINY or high <= TINY
            assert work.possible[j, ZERO] or low >= -TINY
            assert work.possible[j, ONE] or high <= 1.0 + TINY
            if owner < 0:
                counted = held
            else:
                r = distances(field, one.points)[:, owner]
                t = np.clip((field.outer[owner] - r * r) / field.span[owner], 0.0, 1.0)
                b = t * t * (3.0 - 2.0 * t)
                y = field.archetypes[j, owner]
                counted = b * y + (1.0 - b) * held
                pull = towards(one)
                for branch, values in ((FREE, g[:, j]), (ZERO, 0.0 * r), (ONE, 0.0 * r + 1.0)):
                    directional = work.directional[j, branch]
                    if branch == FREE and not work.possible[j, FREE]:
                        continue
                    model = directional[:, 0] + one.parameters @ directional[:, 1:4].T
                    holds(np.abs((y - values)[:, None] * pull - model), directional[:, 8], blended)
            assert (counted >= work.low[j] - TINY).all()
            assert (counted <= work.high[j] + TINY).all()
            if work.high[j] - work.low[j] > 1e-6:
                widths.append(float(np.ptp(counted) / (work.high[j] - work.low[j])))
    nearly_met(gradients)
    nearly_met(widths)
    if kind == "shell":
        nearly_met(blended)


def test_a_rule_alone_nearly_meets_its_remainder() -> None:
    """The constants of the sigmoid's derivatives, where nothing else hides them."""
    rng = np.random.default_rng(11)
    small: list[float] = []
    large: list[float] = []
    values: list[float] = []
    for _ in range(1500):
        slope = float(10.0 ** rng.uniform(-1.0, 1.0))
        base = float(rng.choice([0.0, rng.uniform(-2.0, 2.0)]))
        rules = np.zeros((1, 10))
        rules[0, 0], rules[0, 1] = base, slope
        field = random_field(rng, columns=1)._replace(
            rules=rules, strength=np.ones(1), weights=np.zeros((1, 3))
        )
        half = float(10.0 ** rng.uniform(-2.5, 0.0))
        cell = make_cell(3)
        if not set_box(field, np.array([-1.0, 0.0, 0.0, 0.0, 0.0, half, 0.0, 0.0]), cell):
            continue
        wendland(field, cell)
        drawn = np.linspace(-1.0, 1.0, 81)[:, None] * np.array([1.0, 0.0, 0.0])
        one = Sample(field, cell, drawn, drawn * half)
        work = worked(one)
        g, gradient = interpolant(field, one.points)
        directional = work.directional[0, FREE, 0]
        remainder = np.abs(gradient[:, 0, 0] - (directional[4] + drawn[:, 0] * directional[5]))
        holds(remainder, directional[9], small if slope * half < 0.3 else large)
        straight = slope * half * 0.5 / (1.0 + base * base) ** 1.5
        middle = 0.5 * (1.0 + base / np.sqrt(1.0 + base * base))
        bent = np.abs(g[:, 0] - (middle + drawn[:, 0] * straight))
        if work.low[0] > 0.0 and work.high[0] < 1.0:
            holds(bent, 0.5 * (work.high[0] - work.low[0]) - abs(straight), values)
    nearly_met(small, 0.9)
    nearly_met(large)
    nearly_met(values)


@pytest.mark.parametrize("kind", ["box", "shell"])
def test_no_point_of_a_cell_is_steeper_than_its_bound(kind: str) -> None:
    singles: list[float] = []
    pairs: list[float] = []
    for one in samples(kind, 500):
        work = worked(one)
        field, cell = one.field, one.cell
        counts = inside(one) if kind == "box" else np.ones(len(one.points), bool)
        g, gradient = interpolant(field, one.points)
        free = (g > 0.0) & (g < 1.0)
        held = np.clip(g, 0.0, 1.0)
        slopes = np.where(free[..., None], gradient @ SIGNS.T, 0.0)
        owner = int(cell.owner[0])
        if owner >= 0:
            r = distances(field, one.points)[:, owner]
            t = np.clip((field.outer[owner] - r * r) / field.span[owner], 0.0, 1.0)
            w = 2.0 * r / field.span[owner] * 6.0 * t * (1.0 - t)
            k = 1.0 - t * t * (3.0 - 2.0 * t)
            lift = (field.archetypes[:, owner] - held)[..., None] * towards(one)[:, None]
            slopes = w[:, None, None] * lift + k[:, None, None] * slopes
        slopes = slopes[counts]
        if not len(slopes):
            continue
        holds(np.abs(slopes), work.slope[: slopes.shape[1]], singles)
        for d in range(4):
            for j, p in ((0, 1), (2, 3)):
                gain, other = (1.0, 1.0) if j == 0 else (0.7, 1.6)
                most = difference(cell, j, gain, p, other, d, work)
                holds(np.abs(gain * slopes[:, j, d] - other * slopes[:, p, d]), most, pairs)
    nearly_met(singles)
    nearly_met(pairs)


def test_conflict_rises_with_its_own_value_and_falls_with_the_other() -> None:
    """The signs by which bounds of two values become bounds of the resolved one."""
    rng = np.random.default_rng(2)
    for own, other, cap, more in rng.uniform(0.0, 1.0, (3000, 4)).tolist():
        said = resolve(own, other, cap)
        assert resolve(own + more, other, cap) >= said - TINY
        assert resolve(own, other + more, cap) <= said + TINY
        # What stays is the difference where both pass the cap, else nothing changes.
        first, second = said, resolve(other, own, cap)
        if min(own, other) <= cap:
            assert (min(own, first), min(other, second)) == (first, second)
            assert (first, second) == (own, other)
        else:
            assert min(first, second) == cap
            assert abs((first - second) - (own - other)) <= TINY
