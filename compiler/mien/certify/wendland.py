"""Taylor models of the radial basis functions over a cell."""

from __future__ import annotations

from math import sqrt

from mien.certify.model import Cell, Field
from mien.engine.jit import kernel


@kernel
def wendland(field: Field, cell: Cell) -> None:
    """Each phi(r) = p^4 (4u + 1), u = r / rho, p = max(0, 1 - u), and its gradient.

    The gradient is P * metric * (v - anchor) with P = phi' / r = -20 p^3 / rho^2. By z = r^2:
    dphi/dz = P/2, dP/dz = 30 p^2 / (rho^3 r), d2P/dz2 = -15 p (1 + u) / (rho^3 r^3). phi and P are
    monotone in r: their values at both ends bound them where the expansion is worse, as it is
    about the anchor itself.
    """
    rho = field.support
    square = rho * rho
    cubic = rho * rho * rho
    for i in range(field.anchors.shape[0]):
        z = 0.0
        first = 0.0
        second = 0.0
        nearest = 0.0
        farthest = 0.0
        for a in range(3):
            away = cell.centre[a] - field.anchors[i, a]
            pull = field.metric[a] * away
            half = cell.spread[a]
            inside = max(0.0, abs(away) - half)
            outside = abs(away) + half
            z += pull * away
            first += 2.0 * abs(pull) * half
            second += field.metric[a] * half * half
            nearest += field.metric[a] * inside * inside
            farthest += field.metric[a] * outside * outside
            cell.phi_grad[i, a] = pull
        stray = first + second
        r = sqrt(z)
        inner = sqrt(nearest)
        outer = sqrt(farthest)
        own = i == cell.owner[0]
        if own:
            inner = cell.radius[0] - cell.radius[1]
            outer = cell.radius[0] + cell.radius[1]
        p = max(0.0, 1.0 - r / rho)
        p_in = max(0.0, 1.0 - inner / rho)
        p_out = max(0.0, 1.0 - outer / rho)
        phi_high = p_in * p_in * p_in * p_in * (4.0 * inner / rho + 1.0)
        phi_low = p_out * p_out * p_out * p_out * (4.0 * outer / rho + 1.0)
        pull_low = -20.0 * p_in * p_in * p_in / square
        pull_high = -20.0 * p_out * p_out * p_out / square
        exact = -20.0 * p * p * p / square
        phi_rest = 0.5 * (phi_high - phi_low)
        pull_rest = 0.5 * (pull_high - pull_low)
        phi = phi_low + phi_rest
        force = pull_low + pull_rest
        lean = 0.0
        twist = 0.0
        if own:
            # In r itself: |phi''| <= 20 / rho^2 and |P''| <= 120 / rho^4.
            half = 0.5 * cell.radius[1] * cell.radius[1]
            phi_rest = 20.0 / square * half
            phi = p * p * p * p * (4.0 * r / rho + 1.0)
            lean = exact
            pull_rest = 120.0 / (square * square) * half
            force = exact
            twist = 60.0 * p * p / (cubic * r)
        elif nearest > 0.0:
            bend = 15.0 * p_in * p_in / (cubic * inner)
            rest = 0.5 * abs(exact) * second + 0.5 * bend * stray * stray
            if rest <= phi_rest:
                phi_rest = rest
                phi = p * p * p * p * (4.0 * r / rho + 1.0)
                lean = exact
            rate = 30.0 * p * p / (cubic * r)
            bend = 15.0 * p_in * (1.0 + inner / rho) / (cubic * inner * nearest)
            rest = rate * second + 0.5 * bend * stray * stray
            if rest <= pull_rest:
                pull_rest = rest
                force = exact
                twist = 2.0 * rate
        cell.phi[i, 0] = phi
        cell.phi[i, 1] = phi_rest
        v = cell.phi_grad[i, 0]
        a_ = cell.phi_grad[i, 1]
        d = cell.phi_grad[i, 2]
        sweep = twist * (
            (abs(v) * cell.spread[0] + abs(a_) * cell.spread[1]) + abs(d) * cell.spread[2]
        )
        bulged = 0.0
        if own:
            sweep = twist * r * cell.radius[1]
            # The distance changes along the cell's edges alone, not with what bulges from them.
            bulged = twist * (
                (abs(v) * cell.bulge[0] + abs(a_) * cell.bulge[1]) + abs(d) * cell.bulge[2]
            )
        cell.phi_turn[i, 0] = twist * v * v + force * field.metric[0]
        cell.phi_turn[i, 1] = twist * a_ * a_ + force * field.metric[1]
        cell.phi_turn[i, 2] = twist * d * d + force * field.metric[2]
        cell.phi_turn[i, 3] = twist * v * a_
        cell.phi_turn[i, 4] = twist * v * d
        cell.phi_turn[i, 5] = twist * a_ * d
        for a in range(3):
            arm = cell.phi_grad[i, a]
            wide = field.metric[a] * cell.spread[a]
            cell.phi_slope[i, a] = lean * arm
            cell.phi_grad[i, a] = force * arm
            cell.phi_gap[i, a] = (pull_rest * (abs(arm) + wide) + sweep * wide) + bulged * abs(arm)
