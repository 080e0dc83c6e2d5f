"""Taylor models of the radial basis functions over a cell."""

from __future__ import annotations

from math import sqrt

from mien.certify.model import Cell, Field
from mien.engine.jit import kernel


@kernel
def wendland(field: Field, cell: Cell) -> None:
    """Fill ``cell.phi`` (K, 2) and its gradients (see `Cell`) for all K anchors.

    phi(r) = p^4 (4u + 1) with u = r / rho, p = max(0, 1 - u). Its gradient is P * metric * (v -
    anchor), with the factor P = phi' / r = -20 p^3 / rho^2. By z = r^2: dphi/dz = P/2, dP/dz =
    30 p^2 / (rho^3 r), d2P/dz2 = -15 p (1 + u) / (rho^3 r^3). phi and P are monotone in r: their
    values at both ends bound them where the expansion is worse, as it is about the anchor itself.
    """
    rho = field.support
    square = rho * rho
    cubic = rho * rho * rho
    for i in range(field.anchors.shape[0]):
        z = 0.0
        z_linear = 0.0
        z_quadratic = 0.0
        nearest = 0.0
        farthest = 0.0
        for a in range(3):
            away = cell.centre[a] - field.anchors[i, a]
            weighted = field.metric[a] * away
            half = cell.spread[a]
            inside = max(0.0, abs(away) - half)
            outside = abs(away) + half
            z += weighted * away
            z_linear += 2.0 * abs(weighted) * half
            z_quadratic += field.metric[a] * half * half
            nearest += field.metric[a] * inside * inside
            farthest += field.metric[a] * outside * outside
            cell.phi_grad[i, a] = weighted
        z_radius = z_linear + z_quadratic
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
        factor_low = -20.0 * p_in * p_in * p_in / square
        factor_high = -20.0 * p_out * p_out * p_out / square
        exact = -20.0 * p * p * p / square
        phi_remainder = 0.5 * (phi_high - phi_low)
        grad_remainder = 0.5 * (factor_high - factor_low)
        phi = phi_low + phi_remainder
        factor = factor_low + grad_remainder
        slope_factor = 0.0
        hessian_factor = 0.0
        if own:
            # In r itself: |phi''| <= 20 / rho^2 and |P''| <= 120 / rho^4.
            half = 0.5 * cell.radius[1] * cell.radius[1]
            phi_remainder = 20.0 / square * half
            phi = p * p * p * p * (4.0 * r / rho + 1.0)
            slope_factor = exact
            grad_remainder = 120.0 / (square * square) * half
            factor = exact
            hessian_factor = 60.0 * p * p / (cubic * r)
        elif nearest > 0.0:
            second_derivative = 15.0 * p_in * p_in / (cubic * inner)
            remainder = (
                0.5 * abs(exact) * z_quadratic + 0.5 * second_derivative * z_radius * z_radius
            )
            if remainder <= phi_remainder:
                phi_remainder = remainder
                phi = p * p * p * p * (4.0 * r / rho + 1.0)
                slope_factor = exact
            rate = 30.0 * p * p / (cubic * r)
            second_derivative = 15.0 * p_in * (1.0 + inner / rho) / (cubic * inner * nearest)
            remainder = rate * z_quadratic + 0.5 * second_derivative * z_radius * z_radius
            if remainder <= grad_remainder:
                grad_remainder = remainder
                factor = exact
                hessian_factor = 2.0 * rate
        cell.phi[i, 0] = phi
        cell.phi[i, 1] = phi_remainder
        v = cell.phi_grad[i, 0]
        a_ = cell.phi_grad[i, 1]
        d = cell.phi_grad[i, 2]
        factor_radius = hessian_factor * (
            (abs(v) * cell.spread[0] + abs(a_) * cell.spread[1]) + abs(d) * cell.spread[2]
        )
        off_edges = 0.0
        if own:
            factor_radius = hessian_factor * r * cell.radius[1]
            # The distance changes along the cell's edges alone, not with what differs from them.
            off_edges = hessian_factor * (
                (abs(v) * cell.remainder[0] + abs(a_) * cell.remainder[1])
                + abs(d) * cell.remainder[2]
            )
        cell.phi_hessian[i, 0] = hessian_factor * v * v + factor * field.metric[0]
        cell.phi_hessian[i, 1] = hessian_factor * a_ * a_ + factor * field.metric[1]
        cell.phi_hessian[i, 2] = hessian_factor * d * d + factor * field.metric[2]
        cell.phi_hessian[i, 3] = hessian_factor * v * a_
        cell.phi_hessian[i, 4] = hessian_factor * v * d
        cell.phi_hessian[i, 5] = hessian_factor * a_ * d
        for a in range(3):
            along = cell.phi_grad[i, a]
            radius = field.metric[a] * cell.spread[a]
            cell.phi_slope[i, a] = slope_factor * along
            cell.phi_grad[i, a] = factor * along
            cell.phi_grad_remainder[i, a] = (
                grad_remainder * (abs(along) + radius) + factor_radius * radius
            ) + off_edges * abs(along)
