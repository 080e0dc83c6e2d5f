"""The kernels: faces of many queries, vectorised over the queries of one variant.

A block of rows is sorted by variant; up to LANES queries of one variant are evaluated at a time,
each quantity a row of a scratch array; then every face is written whole. Constants are float32
and minima and maxima are written out as selections, so that with the JIT disabled, and in the NumPy
path, the bits are the same.

Letters: Q queries, B of a block, n of a group (at most LANES, rounded up to VECTOR); G variants;
K intensities, U rules, N columns, L live channels of a variant; C channels. Rows of n floats lie
STRIDE apart, in flat arrays too.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.program import (
    ANCHORS,
    COLUMN_DATA,
    COLUMN_RULE,
    COLUMNS,
    CONFLICT_CODE,
    CONFLICT_DATA,
    FADE_CODE,
    FADE_DATA,
    FADES,
    I64,
    INTENSITIES,
    LAST,
    LIVE,
    LIVE_CODE,
    RULE_DATA,
    RULES,
    STYLE_CODE,
    STYLE_CONFLICT_CODE,
    STYLE_CONFLICT_DATA,
    STYLE_DATA,
    STYLED,
    U32,
    U64,
)
from mien.engine.jit import kernel
from mien.engine.tables import F32, I32

LANES = 320
"""Queries evaluated at a time."""

VECTOR = 16
"""Numbers of queries are rounded up to this, so that no loop has a slow scalar tail."""

STRIDE = LANES + 16
"""Floats from one scratch row to the next; not a power of two, to spread over the cache."""

POINT_ROWS = 10
"""Rows of ``points``: V A D VV AA DD VA VD AD and speech."""

Scratch = tuple[F32, F32, F32, F32, F32, F32]
"""sorted_points (4, B + LANES), points (POINT_ROWS, n), basis (2K + 1, n), signals (U, n),
columns (N, n), raw (n,)."""

_SPEECH = 9 * STRIDE
_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THREE = np.float32(3.0)
_FOUR = np.float32(4.0)
_NONE = np.uint64(0)
_FIRST = np.uint64(1)


@kernel
def vad_products(n: int, first: int, sorted_points: F32, points: F32) -> None:
    """The terms that rules weigh: points (POINT_ROWS, n) from sorted_points (4, B + LANES)."""
    valence = sorted_points[0][first : first + n]
    arousal = sorted_points[1][first : first + n]
    dominance = sorted_points[2][first : first + n]
    speech = sorted_points[3][first : first + n]
    for q in range(n):
        v = valence[q]
        a = arousal[q]
        d = dominance[q]
        points[q] = v
        points[q + STRIDE] = a
        points[q + 2 * STRIDE] = d
        points[q + 3 * STRIDE] = v * v
        points[q + 4 * STRIDE] = a * a
        points[q + 5 * STRIDE] = d * d
        points[q + 6 * STRIDE] = v * a
        points[q + 7 * STRIDE] = v * d
        points[q + 8 * STRIDE] = a * d
        points[q + _SPEECH] = speech[q]


@kernel
def basis_and_plateau(
    n: int,
    points: F32,
    shared: F32,
    anchor: F32,
    outer: np.float32,
    span: np.float32,
    phi: F32,
    blend: F32,
) -> None:
    """Wendland C2 phi (n,) and smoothstep plateau blend (n,) of one anchor (3,), by its distances.

    points (POINT_ROWS, n); shared (4,): l1, l2, l3, rho; outer and span are squared radii.
    """
    valence, arousal, dominance = anchor[0], anchor[1], anchor[2]
    l1, l2, l3, support = shared[0], shared[1], shared[2], shared[3]
    for q in range(n):
        dv = points[q] - valence
        da = points[q + STRIDE] - arousal
        dd = points[q + 2 * STRIDE] - dominance
        squared = ((l1 * dv) * dv + (l2 * da) * da) + (l3 * dd) * dd
        u = np.sqrt(squared) / support
        p = _ONE - u
        p = p if p > _ZERO else _ZERO
        p2 = p * p
        phi[q] = (p2 * p2) * (_FOUR * u + _ONE)
        t = (outer - squared) / span
        t = t if t > _ZERO else _ZERO
        t = t if t < _ONE else _ONE
        blend[q] = (t * t) * (_THREE - _TWO * t)


@kernel
def sigmoid_of_quadratic(n: int, points: F32, k: F32, signal: F32) -> None:
    """Signal (n,) in [0, 1]: sigmoid(k0 + k1 V + ... + k9 AD), k (10,), points (POINT_ROWS, n)."""
    k0, k1, k2, k3, k4 = k[0], k[1], k[2], k[3], k[4]
    k5, k6, k7, k8, k9 = k[5], k[6], k[7], k[8], k[9]
    for q in range(n):
        x = (k0 + k1 * points[q]) + k2 * points[q + STRIDE]
        x = (x + k3 * points[q + 2 * STRIDE]) + k4 * points[q + 3 * STRIDE]
        x = (x + k5 * points[q + 4 * STRIDE]) + k6 * points[q + 5 * STRIDE]
        x = (x + k7 * points[q + 6 * STRIDE]) + k8 * points[q + 7 * STRIDE]
        x = x + k9 * points[q + 8 * STRIDE]
        signal[q] = (_ONE + x / np.sqrt(_ONE + x * x)) * _HALF


@kernel
def blend_three(n: int, basis: F32, signal: F32, k: F32, column: F32) -> None:
    """`blend_many` for K = 3, everything in registers: basis (7, n), k (7,), column (n,)."""
    strength, w1, w2, w3, y1, y2, y3 = k[0], k[1], k[2], k[3], k[4], k[5], k[6]
    for q in range(n):
        g = strength * signal[q]
        g = g + w1 * basis[q]
        g = g + w2 * basis[q + STRIDE]
        g = g + w3 * basis[q + 2 * STRIDE]
        g = g if g > _ZERO else _ZERO
        g = g if g < _ONE else _ONE
        h = basis[q + 3 * STRIDE] * y1
        h = h + basis[q + 4 * STRIDE] * y2
        h = h + basis[q + 5 * STRIDE] * y3
        h = h + basis[q + 6 * STRIDE] * g
        column[q] = h if h < _ONE else _ONE


@kernel
def blend_many(n: int, many: int, basis: F32, signal: F32, k: F32, column: F32, raw: F32) -> None:
    """Column (n,) = sum_i b_i y_i + (1 - sum_i b_i) clamp(s signal + sum_i w_i phi_i), held to 1.

    basis (2K + 1, n): phi, then blend of each anchor, then one minus the sum of the blends;
    k (1 + 2K,): s, then w, then y of each anchor; signal and raw (n,).
    """
    strength = k[0]
    for q in range(n):
        raw[q] = strength * signal[q]
    for i in range(many):
        weight = k[1 + i]
        phi = basis[i * STRIDE : i * STRIDE + n]
        for q in range(n):
            raw[q] = raw[q] + weight * phi[q]
    for q in range(n):
        g = raw[q]
        g = g if g > _ZERO else _ZERO
        raw[q] = g if g < _ONE else _ONE
    for i in range(many):
        archetype = k[1 + many + i]
        at = (many + i) * STRIDE
        blend = basis[at : at + n]
        if i == 0:
            for q in range(n):
                column[q] = blend[q] * archetype
        else:
            for q in range(n):
                column[q] = column[q] + blend[q] * archetype
    at = 2 * many * STRIDE
    rest = basis[at : at + n]
    for q in range(n):
        h = column[q] + rest[q] * raw[q]
        column[q] = h if h < _ONE else _ONE


@kernel
def plateau_complement(n: int, many: int, basis: F32) -> None:
    """1 - sum_i b_i as the last row of basis (2K + 1, n), from its rows K to 2K - 1."""
    at = 2 * many * STRIDE
    rest = basis[at : at + n]
    first = basis[many * STRIDE : many * STRIDE + n]
    for q in range(n):
        rest[q] = first[q]
    for i in range(1, many):
        blend = basis[(many + i) * STRIDE : (many + i) * STRIDE + n]
        for q in range(n):
            rest[q] = rest[q] + blend[q]
    for q in range(n):
        rest[q] = _ONE - rest[q]


@kernel
def limit_by_antagonist(n: int, x: F32, other: F32, cap: float, result: F32) -> None:
    """Lower result (n,) to what one antagonist of x (n,) allows; see `mien.engine.e1.conflict`."""
    for q in range(n):
        mine = x[q]
        theirs = other[q]
        excess = theirs - cap
        excess = excess if excess > _ZERO else _ZERO
        lower = mine if mine < cap else cap
        allowed = lower if mine <= theirs else mine - excess
        before = result[q]
        result[q] = allowed if allowed < before else before


@kernel
def resolve_conflicts(n: int, code: U32, at: int, data: F32, number: int, columns: F32) -> None:
    """A conflict stage: new rows of columns (N, n) for the channels that exclude others.

    Its words begin at ``at`` in code, its caps and slacks at ``number`` in data.
    """
    base = code[at]
    count = code[at + 1]
    at += 2
    for j in range(count):
        own = columns[code[at]]
        result = columns[base + j]
        for q in range(n):
            result[q] = own[q]
        partners = code[at + 1]
        at += 2
        for m in range(partners):
            limit_by_antagonist(n, own, columns[code[at + m]], data[number + m], result)
        at += partners
        number += partners
    ceilings = code[at]
    at += 1
    for _ in range(ceilings):
        channel = columns[code[at]]
        under = columns[code[at + 1]]
        slack = data[number]
        for q in range(n):
            most = under[q] + slack
            mine = channel[q]
            channel[q] = mine if mine < most else most
        at += 2
        number += 1


@kernel
def apply_style(n: int, head: I64, code: U32, data: F32, columns: F32) -> None:
    """A style stage: new rows of columns (N, n), clamp(gain x + offset)."""
    at = head[STYLE_DATA]
    word = head[STYLE_CODE]
    for j in range(head[STYLED]):
        own = columns[code[word + 1 + j]]
        gain = data[at + 2 * j]
        offset = data[at + 2 * j + 1]
        result = columns[code[word] + j]
        for q in range(n):
            x = gain * own[q] + offset
            x = x if x > _ZERO else _ZERO
            result[q] = x if x < _ONE else _ONE


@kernel
def scatter_faces(order: U32, channels: U32, columns: U32, values: F32, out: F32) -> None:
    """out[order[q], channels[j]] = values[columns[j], q], four channels at a time.

    order (n,); channels and columns (L,), L a multiple of 4; values (N, n); out (Q, C), 0 before.
    """
    for j in range(0, len(channels), 4):
        c1, c2, c3, c4 = channels[j], channels[j + 1], channels[j + 2], channels[j + 3]
        x1, x2 = values[columns[j]], values[columns[j + 1]]
        x3, x4 = values[columns[j + 2]], values[columns[j + 3]]
        for q in range(len(order)):
            face = out[order[q]]
            face[c1] = x1[q]
            face[c2] = x2[q]
            face[c3] = x3[q]
            face[c4] = x4[q]


@kernel
def columns_of_label(
    n: int, head: I64, code: U32, data: F32, shared: F32, scratch: Scratch
) -> None:
    """The variant's columns before conflicts: the first rows of columns (N, n) in ``scratch``."""
    _, points, basis, signals, columns, raw = scratch
    many = head[INTENSITIES]
    at = head[ANCHORS]
    for i in range(many):
        anchor = data[at + 3 * i : at + 3 * i + 3]
        outer = np.float32(data[at + 3 * many + i])
        span = np.float32(data[at + 4 * many + i])
        phi = basis[i * STRIDE : i * STRIDE + n]
        blend = basis[(many + i) * STRIDE : (many + i) * STRIDE + n]
        basis_and_plateau(n, points, shared, anchor, outer, span, phi, blend)
    plateau_complement(n, many, basis)
    at = head[RULE_DATA]
    for u in range(head[RULES]):
        sigmoid_of_quadratic(n, points, data[at + 10 * u : at + 10 * u + 10], signals[u])
    width = 1 + 2 * many
    for j in range(head[COLUMNS]):
        at = head[COLUMN_DATA] + width * j
        signal = signals[code[head[COLUMN_RULE] + j]]
        if many == 3:
            blend_three(n, basis, signal, data[at : at + width], columns[j])
        else:
            blend_many(n, many, basis, signal, data[at : at + width], columns[j], raw)


@kernel
def evaluate_lanes(
    order: U32,
    first: int,
    spoken: bool,
    head: I64,
    code: U32,
    data: F32,
    shared: F32,
    scratch: Scratch,
    out: F32,
) -> None:
    """Rows order (n,) of out (Q, C): queries of one variant, sorted from ``first`` on."""
    sorted_points, points, _, _, columns, _ = scratch
    n = (len(order) + VECTOR - 1) // VECTOR * VECTOR
    vad_products(n, first, sorted_points, points)
    columns_of_label(n, head, code, data, shared, scratch)
    if head[CONFLICT_CODE] >= 0:
        resolve_conflicts(n, code, head[CONFLICT_CODE], data, head[CONFLICT_DATA], columns)
    if head[STYLED] > 0:
        apply_style(n, head, code, data, columns)
        if head[STYLE_CONFLICT_CODE] >= 0:
            at = head[STYLE_CONFLICT_CODE]
            resolve_conflicts(n, code, at, data, head[STYLE_CONFLICT_DATA], columns)
    live = head[LIVE]
    at = head[LIVE_CODE]
    shown = code[at + live : at + 2 * live]
    if spoken:
        shown = code[at + 2 * live : at + 3 * live]
        for j in range(head[FADES]):
            own = columns[code[head[FADE_CODE] + j]]
            fade = data[head[FADE_DATA] + j]
            faded = columns[head[LAST] + j]
            for q in range(n):
                faded[q] = own[q] * (_ONE - points[q + _SPEECH] * fade)
    scatter_faces(order, code[at : at + live], shown, columns, out)


@kernel
def signed(number: np.uint64) -> int:
    """A number that may meet signed ones: together with an unsigned one they become a float."""
    return np.int64(number)  # type: ignore[return-value]


@kernel
def counting_sort(
    begin: int,
    size: int,
    variants: I32,
    vads: F32,
    speech: F32,
    order: U32,
    ends: U64,
    sorted_points: F32,
) -> None:
    """Sort a block's rows by variant, keeping their order; ``ends[g]`` is where variant g ends.

    variants (Q,), vads (Q, 3), speech (Q,) or (0,); order (B,), ends (G + 1,), sorted_points
    (4, B + LANES): V, A, D, speech.
    """
    groups = len(ends) - 1
    for g in range(groups + 1):
        ends[g] = _NONE
    for row in range(begin, begin + size):
        ends[variants[row] + 1] += _FIRST
    for g in range(groups):
        ends[g + 1] += ends[g]
    valence, arousal, dominance = sorted_points[0], sorted_points[1], sorted_points[2]
    for row in range(begin, begin + size):
        g = variants[row]
        at = ends[g]
        ends[g] = at + _FIRST
        order[at] = row
        valence[at] = vads[row, 0]
        arousal[at] = vads[row, 1]
        dominance[at] = vads[row, 2]
    if len(speech) > 0:
        fades = sorted_points[3]
        for at in range(size):
            fades[at] = speech[order[at]]


@kernel
def evaluate_faces(
    variants: I32,
    vads: F32,
    speech: F32,
    out: F32,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    scratch: Scratch,
    order: U32,
    ends: U64,
) -> None:
    """Fill out (Q, C) from variants (Q,), vads (Q, 3) and speech (Q,), or (0,) for none.

    heads (G, WIDTH), code, data and shared (4,) are a `Program`; scratch, order (B,) and ends
    (G + 1,) are this call's own.
    """
    sorted_points = scratch[0]
    block = len(order)
    for begin in range(0, len(variants), block):
        size = min(block, len(variants) - begin)
        faces = out[begin : begin + size].ravel()
        for c in range(len(faces)):
            faces[c] = _ZERO
        counting_sort(begin, size, variants, vads, speech, order, ends, sorted_points)
        first = 0
        for g in range(len(heads)):
            last = signed(ends[g])
            while first < last:
                stop = min(first + LANES, last)
                rows = order[first:stop]
                spoken = len(speech) > 0
                evaluate_lanes(rows, first, spoken, heads[g], code, data, shared, scratch, out)
                first = stop
