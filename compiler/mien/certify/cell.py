"""Cells: boxes of the cube outside the plateaus, and curved pieces of a plateau's shell.

A row that describes a cell is (owner, face, three centres, three half widths). With owner -1 the
parameters are V, A, D and the cell is a box, in which only the points outside every plateau count.
Otherwise they are (r, p, q) about anchor ``owner``: metric distance r, and direction (1, p, q)
normalised, the 1 standing on axis ``face % 3``, negated for ``face >= 3``. A box cannot be thin
across a sphere and wide along it; these cells can, and their bounds of r are exact.
"""

from __future__ import annotations

from math import sqrt

from mien.certify.model import F64, Cell, Field
from mien.engine.jit import kernel


@kernel
def set_box(field: Field, row: F64, cell: Cell) -> bool:
    """`box` of ``row`` (8,). False where all of it lies inside one plateau's ball."""
    for i in range(field.anchors.shape[0]):
        farthest = 0.0
        for a in range(3):
            reach = abs(row[2 + a] - field.anchors[i, a]) + row[5 + a]
            farthest += field.metric[a] * reach * reach
        if farthest <= field.outer[i]:
            return False
    box(row, cell)
    return True


@kernel
def box(row: F64, cell: Cell) -> None:
    """Fill centre, edges and spread of the box in ``row`` (8,), in which no plateau blends."""
    for a in range(3):
        cell.centre[a] = row[2 + a]
        cell.spread[a] = row[5 + a]
        cell.remainder[a] = 0.0
        for m in range(3):
            cell.edge[m, a] = row[5 + a] if a == m else 0.0
    outside(cell)


@kernel
def outside(cell: Cell) -> None:
    """Fill owner and hull of a cell in which no plateau blends: (w, k) = (0, 1)."""
    cell.owner[0] = -1
    cell.hull_size[0] = 1
    cell.hull[0, 0] = 0.0
    cell.hull[0, 1] = 1.0


@kernel
def set_shell(field: Field, row: F64, cell: Cell) -> bool:
    """Fill geometry and plateau of the shell cell in ``row`` (8,). False if outside the cube.

    With m = (1, p, q), n = m / |m| and e the part of dm / |m| across n, n leaves its linear part e
    by -|e|^2 n / 2 - (n . dm / |m|) e, and that by at most (|dm| / min |m|)^3 / 2, because
    |D^3 n| <= 3 / |m|^3. As |D^2 n| <= sqrt(4/3) / |m|^2 it is at most 0.58 (|dm| / min |m|)^2.
    """
    i = int(row[0])
    face = int(row[1])
    sign = 1.0 if face < 3 else -1.0
    r = row[2]
    p = row[3]
    q = row[4]
    h_r = row[5]
    h_p = row[6]
    h_q = row[7]
    size = sqrt((1.0 + p * p) + q * q)
    near_p = max(0.0, abs(p) - h_p)
    near_q = max(0.0, abs(q) - h_q)
    square = (h_p * h_p + h_q * h_q) / ((1.0 + near_p * near_p) + near_q * near_q)
    direction_remainder = 0.58 * square
    along_p = p / size
    along_q = q / size
    tilt = (abs(along_p) * h_p + abs(along_q) * h_q) / size
    curvature = (
        ((1.0 - along_p * along_p) * h_p * h_p + (1.0 - along_q * along_q) * h_q * h_q)
        + 2.0 * abs(along_p * along_q) * h_p * h_q
    ) / (size * size)
    cross = 0.0
    for d in range(4):
        for m in range(3):
            cell.normal[d, m] = 0.0
    for turn in range(3):
        a = (face + turn) % 3
        root = sqrt(field.metric[a])
        n = sign / size
        if turn == 1:
            n = along_p
        if turn == 2:
            n = along_q
        n_p = ((1.0 if turn == 1 else 0.0) - along_p * n) * h_p / size
        n_q = ((1.0 if turn == 2 else 0.0) - along_q * n) * h_q / size
        cell.centre[a] = field.anchors[i, a] + r * n / root
        cell.edge[0, a] = h_r * n / root
        cell.edge[1, a] = r * n_p / root
        cell.edge[2, a] = r * n_q / root
        cell.remainder[a] = (h_r * (abs(n_p) + abs(n_q)) + (r + h_r) * direction_remainder) / root
        cell.spread[a] = cell.remainder[a] + (
            (abs(cell.edge[0, a]) + abs(cell.edge[1, a])) + abs(cell.edge[2, a])
        )
        if abs(cell.centre[a]) - cell.spread[a] > 1.0:
            return False
        cross += field.metric[a]
        for d in range(4):
            s = -root
            if (a == 1 and d >= 2) or (a == 2 and d % 2 == 1):
                s = root
            cell.normal[d, 0] += s * n
            cell.normal[d, 1] += s * n_p
            cell.normal[d, 2] += s * n_q
    for d in range(4):
        n = cell.normal[d, 0]
        cell.normal[d, 0] = n - 0.25 * curvature * n
        cell.normal[d, 3] = (
            tilt * (abs(cell.normal[d, 1]) + abs(cell.normal[d, 2])) + 0.25 * curvature * abs(n)
        ) + 0.5 * square * sqrt(square) * sqrt(cross)
    cell.owner[0] = i
    cell.radius[0] = r
    cell.radius[1] = h_r
    set_blend(field, cell, i, r - h_r, r + h_r)
    return True


@kernel
def set_blend(field: Field, cell: Cell, i: int, inner: float, outer: float) -> None:
    """Fill ``blend`` (2,) and ``hull`` (4, 2): what occurs of plateau i for r in [inner, outer].

    Its weight is b(t) = t*t*(3-2t) with t = (outer_i - r^2) / span_i.

    b falls with r; its slope is w = (2 r / span) * 6 t (1 - t). With k = 1 - b, w is a concave
    function of k (see the docs), so that both ends of the range and the point where the tangents
    at them meet have all of its graph in their hull. Above the peak of w, which is where with
    T = outer_i / span_i:  5 t^2 - (4 T + 3) t + 2 T = 0,  the hull is cut off.
    """
    span = field.span[i]
    ratio = field.outer[i] / span
    near = min(1.0, max(0.0, (field.outer[i] - inner * inner) / span))
    far = min(1.0, max(0.0, (field.outer[i] - outer * outer) / span))
    cell.blend[0] = far * far * (3.0 - 2.0 * far)
    cell.blend[1] = near * near * (3.0 - 2.0 * near)
    one = 2.0 * inner / span * (6.0 * near * (1.0 - near))
    two = 2.0 * outer / span * (6.0 * far * (1.0 - far))
    first = 1.0 - cell.blend[1]
    last = 1.0 - cell.blend[0]
    cell.hull[0, 0] = one
    cell.hull[0, 1] = first
    cell.hull_size[0] = 1
    if not inner < outer:
        return
    linear = 4.0 * ratio + 3.0
    t = (linear - sqrt(linear * linear - 40.0 * ratio)) / 10.0
    most = 2.0 * sqrt(field.outer[i] - t * span) / span * (6.0 * t * (1.0 - t))
    cell.hull[1, 0] = two
    cell.hull[1, 1] = last
    # Tangents: dw/dk = 1/r - (2 r / span) (1 - 2 t) / (t (1 - t)); upright at both radii.
    rise = 0.0
    fall = 0.0
    k = first
    top = 2.0 * most
    if near < 1.0:
        rise = 1.0 / inner - 2.0 * inner / span * (1.0 - 2.0 * near) / (near * (1.0 - near))
    if far > 0.0:
        fall = 1.0 / outer - 2.0 * outer / span * (1.0 - 2.0 * far) / (far * (1.0 - far))
    if near < 1.0 and far > 0.0:
        if rise > fall:
            k = ((two - one) + (rise * first - fall * last)) / (rise - fall)
        k = min(last, max(first, k))
        top = max(one + rise * (k - first), two + fall * (k - last))
    elif near < 1.0:
        k = last
        top = one + rise * (k - first)
    elif far > 0.0:
        top = two + fall * (k - last)
    if top <= most:
        cell.hull_size[0] = 3
        cell.hull[2, 0] = top
        cell.hull[2, 1] = k
        return
    left = first
    right = last
    if near < 1.0 and rise > 0.0:
        left = min(last, first + (most - one) / rise)
    if far > 0.0 and fall < 0.0:
        right = max(first, last + (most - two) / fall)
    cell.hull_size[0] = 4
    cell.hull[2, 0] = most
    cell.hull[2, 1] = left
    cell.hull[3, 0] = most
    cell.hull[3, 1] = right


@kernel
def set_point(field: Field, point: F64, cell: Cell) -> bool:
    """Make the cell the one ``point`` (3,). False where it lies on a flat plateau."""
    for a in range(3):
        cell.centre[a] = point[a]
        cell.spread[a] = 0.0
        cell.remainder[a] = 0.0
        for m in range(3):
            cell.edge[m, a] = 0.0
    outside(cell)
    for i in range(field.anchors.shape[0]):
        squared = 0.0
        for a in range(3):
            away = point[a] - field.anchors[i, a]
            squared += field.metric[a] * away * away
        if squared < field.outer[i]:
            if squared <= field.outer[i] - field.span[i]:
                return False
            r = sqrt(squared)
            for d in range(4):
                total = 0.0
                for a in range(3):
                    s = -field.metric[a]
                    if (a == 1 and d >= 2) or (a == 2 and d % 2 == 1):
                        s = field.metric[a]
                    total += s * (point[a] - field.anchors[i, a])
                cell.normal[d, 0] = total / r
                for m in range(1, 4):
                    cell.normal[d, m] = 0.0
            cell.owner[0] = i
            cell.radius[0] = r
            cell.radius[1] = 0.0
            set_blend(field, cell, i, r, r)
    return True
