"""Taylor models, over a cell, of the columns' gradients."""

from __future__ import annotations

from math import sqrt

from mien.certify.model import FREE, ONE, ZERO, Cell, Field, Work
from mien.engine.jit import kernel


@kernel
def columns(field: Field, cell: Cell, work: Work) -> None:
    """Fill the wanted columns: values and gradients on each branch that occurs.

    Fills ``possible`` (J, 3), ``low`` and ``high`` (J,), ``directional`` (J, 3, 4, 10) of ``work``.
    The interpolant g = s * sigmoid(q) + sum W_i phi_i, clamped to [0, 1], is blended with the
    owner's archetype: x = b y + (1 - b) g. On each branch of the clamp x is smooth; its gradient is
    w A + k B with w = -db/dr, k = 1 - b, A = (y - g) * grad(-r) and B = grad g; where the clamp
    holds g at 0 or 1, B is 0.
    """
    for j in range(field.strength.shape[0]):
        if work.wanted[j] == 1:
            v = cell.centre[0]
            a = cell.centre[1]
            d = cell.centre[2]
            c_v = cell.spread[0]
            c_a = cell.spread[1]
            c_d = cell.spread[2]
            s = field.strength[j]
            g = 0.0
            remainder = 0.0
            g_v = 0.0
            g_a = 0.0
            g_d = 0.0
            t_v = 0.0
            t_a = 0.0
            t_d = 0.0
            h_vv = 0.0
            h_aa = 0.0
            h_dd = 0.0
            h_va = 0.0
            h_vd = 0.0
            h_ad = 0.0
            grad_remainder_v = 0.0
            grad_remainder_a = 0.0
            grad_remainder_d = 0.0
            if s > 0.0:
                k_v = field.rules[j, 1]
                k_a = field.rules[j, 2]
                k_d = field.rules[j, 3]
                k_vv = field.rules[j, 4]
                k_aa = field.rules[j, 5]
                k_dd = field.rules[j, 6]
                k_va = field.rules[j, 7]
                k_vd = field.rules[j, 8]
                k_ad = field.rules[j, 9]
                q = field.rules[j, 0] + (
                    ((k_v * v + k_a * a) + k_d * d)
                    + (
                        ((k_vv * v * v + k_aa * a * a) + k_dd * d * d)
                        + ((k_va * v * a + k_vd * v * d) + k_ad * a * d)
                    )
                )
                k_vv *= 2.0
                k_aa *= 2.0
                k_dd *= 2.0
                q_v = ((k_v + k_vv * v) + k_va * a) + k_vd * d
                q_a = ((k_a + k_aa * a) + k_va * v) + k_ad * d
                q_d = ((k_d + k_dd * d) + k_vd * v) + k_ad * a
                q_grad_radius_v = (abs(k_vv) * c_v + abs(k_va) * c_a) + abs(k_vd) * c_d
                q_grad_radius_a = (abs(k_va) * c_v + abs(k_aa) * c_a) + abs(k_ad) * c_d
                q_grad_radius_d = (abs(k_vd) * c_v + abs(k_ad) * c_a) + abs(k_dd) * c_d
                q_linear = (abs(q_v) * c_v + abs(q_a) * c_a) + abs(q_d) * c_d
                q_remainder = 0.5 * (
                    (q_grad_radius_v * c_v + q_grad_radius_a * c_a) + q_grad_radius_d * c_d
                )
                q_radius = q_linear + q_remainder
                w2 = 1.0 + q * q
                w = sqrt(w2)
                slope = 0.5 * s / (w2 * w)
                curvature = -1.5 * s * q / (w2 * w2 * w)
                # |sigmoid'''| <= 1.5 and <= 2.07 / (1 + q^2)^2; |sigmoid''| <= 0.43.
                least = max(0.0, abs(q) - q_radius)
                tail_square = 1.0 + least * least
                third_bound = s * min(1.5, 2.07 / (tail_square * tail_square))
                curvature_bound = min(0.43 * s, abs(curvature) + third_bound * q_radius)
                slope_remainder = (
                    abs(curvature) * q_remainder + 0.5 * third_bound * q_radius * q_radius
                )
                slope_radius = abs(curvature) * q_linear
                g = s * (1.0 + q / w) * 0.5
                remainder = slope * q_remainder + 0.5 * curvature_bound * q_radius * q_radius
                g_v = slope * q_v
                g_a = slope * q_a
                g_d = slope * q_d
                t_v = g_v
                t_a = g_a
                t_d = g_d
                h_vv = curvature * q_v * q_v + slope * k_vv
                h_aa = curvature * q_a * q_a + slope * k_aa
                h_dd = curvature * q_d * q_d + slope * k_dd
                h_va = curvature * q_v * q_a + slope * k_va
                h_vd = curvature * q_v * q_d + slope * k_vd
                h_ad = curvature * q_a * q_d + slope * k_ad
                grad_remainder_v = (
                    slope_remainder * (abs(q_v) + q_grad_radius_v) + slope_radius * q_grad_radius_v
                )
                grad_remainder_a = (
                    slope_remainder * (abs(q_a) + q_grad_radius_a) + slope_radius * q_grad_radius_a
                )
                grad_remainder_d = (
                    slope_remainder * (abs(q_d) + q_grad_radius_d) + slope_radius * q_grad_radius_d
                )
            for i in range(field.anchors.shape[0]):
                weight = field.weights[j, i]
                size = abs(weight)
                g += weight * cell.phi[i, 0]
                remainder += size * cell.phi[i, 1]
                t_v += weight * cell.phi_slope[i, 0]
                t_a += weight * cell.phi_slope[i, 1]
                t_d += weight * cell.phi_slope[i, 2]
                g_v += weight * cell.phi_grad[i, 0]
                g_a += weight * cell.phi_grad[i, 1]
                g_d += weight * cell.phi_grad[i, 2]
                h_vv += weight * cell.phi_hessian[i, 0]
                h_aa += weight * cell.phi_hessian[i, 1]
                h_dd += weight * cell.phi_hessian[i, 2]
                h_va += weight * cell.phi_hessian[i, 3]
                h_vd += weight * cell.phi_hessian[i, 4]
                h_ad += weight * cell.phi_hessian[i, 5]
                grad_remainder_v += size * cell.phi_grad_remainder[i, 0]
                grad_remainder_a += size * cell.phi_grad_remainder[i, 1]
                grad_remainder_d += size * cell.phi_grad_remainder[i, 2]
            low = g - (((abs(t_v) * c_v + abs(t_a) * c_a) + abs(t_d) * c_d) + remainder)
            high = g + (((abs(t_v) * c_v + abs(t_a) * c_a) + abs(t_d) * c_d) + remainder)
            free = 1 if high > 0.0 and low < 1.0 else 0
            work.possible[j, FREE] = free
            work.possible[j, ZERO] = 1 if low < 0.0 or high <= 0.0 else 0
            work.possible[j, ONE] = 1 if high > 1.0 or low >= 1.0 else 0
            low = min(1.0, max(0.0, low))
            high = min(1.0, max(0.0, high))
            owner = cell.owner[0]
            y = 0.0
            if owner >= 0:
                y = field.archetypes[j, owner]
                least_blend = cell.blend[0]
                most_blend = cell.blend[1]
                low = min(low + least_blend * (y - low), low + most_blend * (y - low))
                high = max(high + least_blend * (y - high), high + most_blend * (y - high))
            work.low[j] = low
            work.high[j] = high
            x_0 = (t_v * cell.edge[0, 0] + t_a * cell.edge[0, 1]) + t_d * cell.edge[0, 2]
            x_1 = (t_v * cell.edge[1, 0] + t_a * cell.edge[1, 1]) + t_d * cell.edge[1, 2]
            x_2 = (t_v * cell.edge[2, 0] + t_a * cell.edge[2, 1]) + t_d * cell.edge[2, 2]
            value_radius = (abs(x_0) + abs(x_1)) + abs(x_2)
            u_v = cell.remainder[0]
            u_a = cell.remainder[1]
            u_d = cell.remainder[2]
            remainder += (abs(t_v) * u_v + abs(t_a) * u_a) + abs(t_d) * u_d
            offset = y - g
            grad_remainder = (grad_remainder_v + grad_remainder_a) + grad_remainder_d
            for d in range(4):
                s_a = 1.0 if d < 2 else -1.0
                s_d = 1.0 if d % 2 == 0 else -1.0
                if free == 1:
                    h_v = (h_vv + s_a * h_va) + s_d * h_vd
                    h_a = (h_va + s_a * h_aa) + s_d * h_ad
                    h_d = (h_vd + s_a * h_ad) + s_d * h_dd
                    work.directional[j, FREE, d, 4] = (g_v + s_a * g_a) + s_d * g_d
                    for m in range(3):
                        work.directional[j, FREE, d, 5 + m] = (
                            h_v * cell.edge[m, 0] + h_a * cell.edge[m, 1]
                        ) + h_d * cell.edge[m, 2]
                    work.directional[j, FREE, d, 9] = grad_remainder + (
                        (abs(h_v) * u_v + abs(h_a) * u_a) + abs(h_d) * u_d
                    )
                if owner >= 0:
                    n = cell.normal[d, 0]
                    n_p = cell.normal[d, 1]
                    n_q = cell.normal[d, 2]
                    n_remainder = cell.normal[d, 3]
                    n_radius = (abs(n_p) + abs(n_q)) + n_remainder
                    work.directional[j, FREE, d, 0] = offset * n
                    work.directional[j, FREE, d, 1] = -x_0 * n
                    work.directional[j, FREE, d, 2] = offset * n_p - x_1 * n
                    work.directional[j, FREE, d, 3] = offset * n_q - x_2 * n
                    work.directional[j, FREE, d, 8] = (
                        abs(offset) * n_remainder + remainder * (abs(n) + n_radius)
                    ) + (value_radius * n_radius)
                    for branch in range(ZERO, ONE + 1):
                        clamped_offset = y - float(branch - ZERO)
                        work.directional[j, branch, d, 0] = clamped_offset * n
                        work.directional[j, branch, d, 2] = clamped_offset * n_p
                        work.directional[j, branch, d, 3] = clamped_offset * n_q
                        work.directional[j, branch, d, 8] = abs(clamped_offset) * n_remainder
