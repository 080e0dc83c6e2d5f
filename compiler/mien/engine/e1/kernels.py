"""The kernels: faces of many queries, vectorised over the queries of one variant.

A block of rows is sorted by variant; up to LANES queries of one variant are evaluated at a time,
each quantity a row of a scratch array; then every face is written whole. Constants are float32
and minima and maxima are written out as selections, so that with the JIT disabled, and in the light
path, the bits are the same.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.program import (
    ANCHORS,
    COLUMN_DATA,
    COLUMN_RULE,
    COLUMNS,
    FADE_CODE,
    FADE_DATA,
    FADES,
    I64,
    INTENSITIES,
    LAST,
    LIVE,
    LIVE_CODE,
    RESOLVE_CODE,
    RESOLVE_DATA,
    RESOLVE_STYLE_CODE,
    RESOLVE_STYLE_DATA,
    RESTYLE_CODE,
    RESTYLE_DATA,
    RESTYLED,
    RULE_DATA,
    RULES,
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
def load_points(n: int, first: int, sorted_points: F32, points: F32) -> None:
    """Take the queries' V, A, D and speech, and make the products that the rules weigh."""
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
def one_anchor(
    n: int,
    points: F32,
    shared: F32,
    anchor: F32,
    outer: np.float32,
    span: np.float32,
    phi: F32,
    blend: F32,
) -> None:
    """The radial basis function and the plateau's weight of one intensity anchor."""
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
def one_rule(n: int, points: F32, k: F32, signal: F32) -> None:
    """The sigmoid of one quadratic of V, A and D."""
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
def one_column_of_three(n: int, basis: F32, signal: F32, k: F32, column: F32) -> None:
    """`one_column` for three intensities, everything in registers."""
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
def one_column(n: int, many: int, basis: F32, signal: F32, k: F32, column: F32, spare: F32) -> None:
    """The label's value on one column: trend and basis functions, blended into the plateaus."""
    strength = k[0]
    for q in range(n):
        spare[q] = strength * signal[q]
    for i in range(many):
        weight = k[1 + i]
        phi = basis[i * STRIDE : i * STRIDE + n]
        for q in range(n):
            spare[q] = spare[q] + weight * phi[q]
    for q in range(n):
        g = spare[q]
        g = g if g > _ZERO else _ZERO
        spare[q] = g if g < _ONE else _ONE
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
        h = column[q] + rest[q] * spare[q]
        column[q] = h if h < _ONE else _ONE


@kernel
def blend_rest(n: int, many: int, basis: F32) -> None:
    """One minus the sum of the plateaus' weights, after them in ``basis``."""
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
def one_pair(n: int, x: F32, other: F32, cap: float, result: F32) -> None:
    """Lower ``result`` to what one antagonist allows; see `mien.engine.e1.conflict`."""
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
def resolve(n: int, code: U32, at: int, data: F32, number: int, columns: F32) -> None:
    """A conflict stage: new columns for the channels that exclude others."""
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
            one_pair(n, own, columns[code[at + m]], data[number + m], result)
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
def restyle(n: int, head: I64, code: U32, data: F32, columns: F32) -> None:
    """A style stage: new columns by gain and offset, held to [0, 1]."""
    at = head[RESTYLE_DATA]
    word = head[RESTYLE_CODE]
    for j in range(head[RESTYLED]):
        own = columns[code[word + 1 + j]]
        gain = data[at + 2 * j]
        offset = data[at + 2 * j + 1]
        result = columns[code[word] + j]
        for q in range(n):
            x = gain * own[q] + offset
            x = x if x > _ZERO else _ZERO
            result[q] = x if x < _ONE else _ONE


@kernel
def write_faces(order: U32, channels: U32, columns: U32, values: F32, out: F32) -> None:
    """Write each query's live channels, four at a time; the others are 0 already."""
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
def label_columns(
    n: int,
    head: I64,
    code: U32,
    data: F32,
    shared: F32,
    points: F32,
    basis: F32,
    signals: F32,
    columns: F32,
    spare: F32,
) -> None:
    """The label's columns before conflicts."""
    many = head[INTENSITIES]
    at = head[ANCHORS]
    for i in range(many):
        anchor = data[at + 3 * i : at + 3 * i + 3]
        outer = np.float32(data[at + 3 * many + i])
        span = np.float32(data[at + 4 * many + i])
        phi = basis[i * STRIDE : i * STRIDE + n]
        blend = basis[(many + i) * STRIDE : (many + i) * STRIDE + n]
        one_anchor(n, points, shared, anchor, outer, span, phi, blend)
    blend_rest(n, many, basis)
    at = head[RULE_DATA]
    for u in range(head[RULES]):
        one_rule(n, points, data[at + 10 * u : at + 10 * u + 10], signals[u])
    width = 1 + 2 * many
    for j in range(head[COLUMNS]):
        at = head[COLUMN_DATA] + width * j
        signal = signals[code[head[COLUMN_RULE] + j]]
        if many == 3:
            one_column_of_three(n, basis, signal, data[at : at + width], columns[j])
        else:
            one_column(n, many, basis, signal, data[at : at + width], columns[j], spare)


@kernel
def evaluate_group(
    order: U32,
    first: int,
    spoken: bool,
    head: I64,
    code: U32,
    data: F32,
    shared: F32,
    out: F32,
    sorted_points: F32,
    points: F32,
    basis: F32,
    signals: F32,
    columns: F32,
    spare: F32,
) -> None:
    """The faces of up to LANES rows of one variant, sorted from ``first`` on."""
    n = (len(order) + VECTOR - 1) // VECTOR * VECTOR
    load_points(n, first, sorted_points, points)
    label_columns(n, head, code, data, shared, points, basis, signals, columns, spare)
    if head[RESOLVE_CODE] >= 0:
        resolve(n, code, head[RESOLVE_CODE], data, head[RESOLVE_DATA], columns)
    if head[RESTYLED] > 0:
        restyle(n, head, code, data, columns)
        if head[RESOLVE_STYLE_CODE] >= 0:
            at = head[RESOLVE_STYLE_CODE]
            resolve(n, code, at, data, head[RESOLVE_STYLE_DATA], columns)
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
    write_faces(order, code[at : at + live], shown, columns, out)


@kernel
def signed(number: np.uint64) -> int:
    """A number that may meet signed ones: together with an unsigned one they become a float."""
    return np.int64(number)  # type: ignore[return-value]


@kernel
def sort_block(
    begin: int,
    size: int,
    variants: I32,
    vads: F32,
    speech: F32,
    order: U32,
    ends: U64,
    sorted_points: F32,
) -> None:
    """Sort a block's rows by variant, keeping their order; ``ends[g]`` is where variant g ends."""
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
def evaluate(
    variants: I32,
    vads: F32,
    speech: F32,
    out: F32,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    scratch: tuple[F32, F32, F32, F32, F32, F32],
    order: U32,
    ends: U64,
) -> None:
    """Fill ``out`` (Q, C) from variants (Q,), vads (Q, 3) and speech (Q,), or (0,) for none.

    ``order`` has the length of a block of rows, ``ends`` that of heads and one more.
    """
    sorted_points, points, basis, signals, columns, spare = scratch
    block = len(order)
    for begin in range(0, len(variants), block):
        size = min(block, len(variants) - begin)
        faces = out[begin : begin + size].ravel()
        for c in range(len(faces)):
            faces[c] = _ZERO
        sort_block(begin, size, variants, vads, speech, order, ends, sorted_points)
        first = 0
        for g in range(len(heads)):
            last = signed(ends[g])
            while first < last:
                stop = min(first + LANES, last)
                evaluate_group(
                    order[first:stop],
                    first,
                    len(speech) > 0,
                    heads[g],
                    code,
                    data,
                    shared,
                    out,
                    sorted_points,
                    points,
                    basis,
                    signals,
                    columns,
                    spare,
                )
                first = stop
