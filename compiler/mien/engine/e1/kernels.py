"""The kernels: sixteen queries of one variant at a time, each quantity in lanes.

Constants are float32 and minima and maxima are selections, so that with the JIT disabled, and in
the NumPy path, the bits are the same. `mien.engine.e1.block` sorts queries and writes faces.

Letters: K intensities, U rules, N columns of a variant; B queries of a block, G variants, S lines
of sixteen floats that a query's row takes. Arrays are
`mien.engine.lanes.flat`; a quantity of sixteen queries takes
WIDTH floats, and what is called a row of `basis`, `signals` or `columns` is one of them.
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
    RULE_CODE,
    RULE_DATA,
    RULES,
    SHOWN_CODE,
    SPOKEN_CODE,
    STYLE_CODE,
    STYLE_CONFLICT_CODE,
    STYLE_CONFLICT_DATA,
    STYLE_DATA,
    STYLED,
    U32,
    WEIGHED,
)
from mien.engine.jit import part_of_kernels
from mien.engine.lanes import (
    EIGHT,
    WIDTH,
    Lanes,
    least,
    load,
    most,
    number,
    root,
    store,
    turn,
    where_at_most,
    word,
)
from mien.engine.tables import F32

Scratch = tuple[F32, F32, F32, F32, F32, F32]
"""Of one call: points (4, B + G WIDTH), V A D and speech; basis (2K + 1, WIDTH), terms
(TERMS, WIDTH), signals (U, WIDTH), columns (N, WIDTH) and rows (B + 1, S WIDTH)."""

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THREE = np.float32(3.0)
_FOUR = np.float32(4.0)


@part_of_kernels
def held(x: Lanes) -> Lanes:
    """X, held to [0, 1]."""
    return least(most(x, _ZERO), _ONE)


@part_of_kernels
def basis_and_plateaus(
    many: int, at: int, data: F32, shared: F32, v: Lanes, a: Lanes, d: Lanes, basis: F32
) -> None:
    """Rows of basis: Wendland C2 of each anchor, its smoothstep plateau, 1 less all plateaus.

    data from ``at`` on: V, A, D, outer and span (squared radii) of each anchor; shared: l1, l2, l3,
    rho.
    """
    l1, l2, l3 = number(shared, 0), number(shared, 1), number(shared, 2)
    support = number(shared, 3)
    for i in range(many):
        dv = v - number(data, at)
        da = a - number(data, at + 1)
        dd = d - number(data, at + 2)
        squared = ((l1 * dv) * dv + (l2 * da) * da) + (l3 * dd) * dd
        u = root(squared) / support
        p = most(_ONE - u, _ZERO)
        p2 = p * p
        store(basis, i * WIDTH, (p2 * p2) * (_FOUR * u + _ONE))
        t = held((number(data, at + 3) - squared) / number(data, at + 4))
        fall: Lanes = _THREE - _TWO * t
        store(basis, (many + i) * WIDTH, (t * t) * fall)
        at += 5
    total = load(basis, many * WIDTH)
    for i in range(1, many):
        total = total + load(basis, (many + i) * WIDTH)
    store(basis, 2 * many * WIDTH, _ONE - total)


@part_of_kernels
def products(v: Lanes, a: Lanes, d: Lanes, terms: F32) -> None:
    """The terms that rules weigh, rows of ``terms``: V A D VV AA DD VA VD AD."""
    store(terms, 0, v)
    store(terms, WIDTH, a)
    store(terms, 2 * WIDTH, d)
    store(terms, 3 * WIDTH, v * v)
    store(terms, 4 * WIDTH, a * a)
    store(terms, 5 * WIDTH, d * d)
    store(terms, 6 * WIDTH, v * a)
    store(terms, 7 * WIDTH, v * d)
    store(terms, 8 * WIDTH, a * d)


@part_of_kernels
def sigmoids_of_quadratics(
    count: int, weighed: int, code: U32, own: int, data: F32, at: int, terms: F32, signals: F32
) -> None:
    """Rows of signals in [0, 1]: sigmoid(k0 + k1 V + ... + k9 AD).

    code: ``weighed`` rows of terms for each; data: k0 and a coefficient for each of them. Terms
    whose coefficient is 0 are left out: they would add 0, which can change no more than the sign of
    a sum that is 0, and its sigmoid is 1/2 either way.
    """
    for u in range(count):
        x = number(data, at) + number(data, at + 1) * load(terms, word(code, own))
        for t in range(1, weighed):
            x = x + number(data, at + 1 + t) * load(terms, word(code, own + t))
        store(signals, u * WIDTH, (_ONE + x / root(_ONE + x * x)) * _HALF)
        at += 1 + weighed
        own += weighed


@part_of_kernels
def blend_three(
    count: int, code: U32, own: int, data: F32, at: int, basis: F32, signals: F32, columns: F32
) -> None:
    """`blend_many` for K = 3, everything in registers."""
    p1, p2, p3 = load(basis, 0), load(basis, WIDTH), load(basis, 2 * WIDTH)
    b1, b2, b3 = load(basis, 3 * WIDTH), load(basis, 4 * WIDTH), load(basis, 5 * WIDTH)
    rest = load(basis, 6 * WIDTH)
    for j in range(count):
        g = number(data, at) * load(signals, word(code, own + j) * WIDTH)
        g = g + number(data, at + 1) * p1
        g = g + number(data, at + 2) * p2
        g = g + number(data, at + 3) * p3
        h = b1 * number(data, at + 4)
        h = h + b2 * number(data, at + 5)
        h = h + b3 * number(data, at + 6)
        h = h + rest * held(g)
        store(columns, j * WIDTH, least(h, _ONE))
        at += 7


@part_of_kernels
def blend_many(
    many: int,
    count: int,
    code: U32,
    own: int,
    data: F32,
    at: int,
    basis: F32,
    signals: F32,
    columns: F32,
) -> None:
    """Columns: sum_i b_i y_i + (1 - sum_i b_i) clamp(s signal + sum_i w_i phi_i), held to 1.

    code: the rule of each; data: s, then w, then y of each anchor, of each.
    """
    for j in range(count):
        g = number(data, at) * load(signals, word(code, own + j) * WIDTH)
        for i in range(many):
            g = g + number(data, at + 1 + i) * load(basis, i * WIDTH)
        at += 1 + many
        h = load(basis, many * WIDTH) * number(data, at)
        for i in range(1, many):
            h = h + load(basis, (many + i) * WIDTH) * number(data, at + i)
        h = h + load(basis, 2 * many * WIDTH) * held(g)
        store(columns, j * WIDTH, least(h, _ONE))
        at += many


@part_of_kernels
def limited_by_antagonist(x: Lanes, other: Lanes, cap: np.float32) -> Lanes:
    """What one antagonist of x allows of it; see `mien.engine.e1.conflict`."""
    return where_at_most(x, other, least(x, cap), x - most(other - cap, _ZERO))


@part_of_kernels
def resolve_conflicts(code: U32, at: int, data: F32, first: int, columns: F32) -> None:
    """A conflict stage: new columns for the channels that exclude others.

    Its words begin at ``at`` in code, its caps and slacks at ``first`` in data.
    """
    base = word(code, at)
    count = word(code, at + 1)
    at += 2
    for j in range(count):
        own = load(columns, word(code, at) * WIDTH)
        result = own
        partners = word(code, at + 1)
        at += 2
        for m in range(partners):
            other = load(columns, word(code, at + m) * WIDTH)
            result = least(limited_by_antagonist(own, other, number(data, first + m)), result)
        store(columns, (base + j) * WIDTH, result)
        at += partners
        first += partners
    ceilings = word(code, at)
    at += 1
    for _ in range(ceilings):
        channel = word(code, at) * WIDTH
        under = load(columns, word(code, at + 1) * WIDTH)
        store(columns, channel, least(load(columns, channel), under + number(data, first)))
        at += 2
        first += 1


@part_of_kernels
def apply_style(count: int, code: U32, at: int, data: F32, first: int, columns: F32) -> None:
    """A style stage: new columns, clamp(gain x + offset)."""
    base = word(code, at)
    for j in range(count):
        own = load(columns, word(code, at + 1 + j) * WIDTH)
        worn = number(data, first) * own + number(data, first + 1)
        store(columns, (base + j) * WIDTH, held(worn))
        first += 2


@part_of_kernels
def columns_of_label(
    head: int,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    v: Lanes,
    a: Lanes,
    d: Lanes,
    basis: F32,
    terms: F32,
    signals: F32,
    columns: F32,
) -> None:
    """The variant's columns before conflicts."""
    many = word(heads, head + INTENSITIES)
    basis_and_plateaus(many, word(heads, head + ANCHORS), data, shared, v, a, d, basis)
    rules = word(heads, head + RULES)
    weighed = word(heads, head + WEIGHED)
    code_at, at = word(heads, head + RULE_CODE), word(heads, head + RULE_DATA)
    products(v, a, d, terms)
    sigmoids_of_quadratics(rules, weighed, code, code_at, data, at, terms, signals)
    count, own = word(heads, head + COLUMNS), word(heads, head + COLUMN_RULE)
    at = word(heads, head + COLUMN_DATA)
    if many == 3:
        blend_three(count, code, own, data, at, basis, signals, columns)
    else:
        blend_many(many, count, code, own, data, at, basis, signals, columns)


@part_of_kernels
def evaluate_lanes(
    head: int,
    first: int,
    spoken: bool,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    points: F32,
    step: int,
    basis: F32,
    terms: F32,
    signals: F32,
    columns: F32,
    rows: F32,
    places: U32,
) -> None:
    """Rows of sixteen queries of one variant, sorted from ``first`` on.

    Their V, A, D and speech lie ``step`` apart.
    """
    v, a, d = load(points, first), load(points, first + step), load(points, first + 2 * step)
    columns_of_label(head, heads, code, data, shared, v, a, d, basis, terms, signals, columns)
    at = word(heads, head + CONFLICT_CODE)
    if at >= 0:
        resolve_conflicts(code, at, data, word(heads, head + CONFLICT_DATA), columns)
    styled = word(heads, head + STYLED)
    if styled > 0:
        at, own = word(heads, head + STYLE_CODE), word(heads, head + STYLE_DATA)
        apply_style(styled, code, at, data, own, columns)
        at = word(heads, head + STYLE_CONFLICT_CODE)
        if at >= 0:
            resolve_conflicts(code, at, data, word(heads, head + STYLE_CONFLICT_DATA), columns)
    at = word(heads, head + SHOWN_CODE)
    if spoken:
        at = word(heads, head + SPOKEN_CODE)
        speech = load(points, first + 3 * step)
        last, source = word(heads, head + LAST), word(heads, head + FADE_CODE)
        own = word(heads, head + FADE_DATA)
        for j in range(word(heads, head + FADES)):
            x = load(columns, word(code, source + j) * WIDTH)
            faded = x * (_ONE - speech * number(data, own + j))
            store(columns, (last + j) * WIDTH, faded)
    eights = word(code, at)
    for eight in range(eights):
        turn(columns, code, at + 1 + eight * EIGHT, places, first, rows, eight * EIGHT)
