"""A block of queries: sorted by variant, evaluated, and written as faces in their order.

What differs among a variant's channels is computed as columns, sixteen queries at a time, and
turned into a short row for each query, sixteen floats or a few times that. Then the block's faces
are written one after the other, each float picked from its row: that touches memory once, and big
batches go past the caches, which could not hold them.

Letters: Q queries, B of a block; G variants; C channels. Arrays are `mien.engine.lanes.flat`.
"""

from __future__ import annotations

import numpy as np

from mien.engine.e1.kernels import Scratch, evaluate_lanes
from mien.engine.e1.program import HEAD, I64, U32
from mien.engine.jit import kernel, part_of_kernels
from mien.engine.lanes import (
    WIDTH,
    Lanes,
    flat,
    merge,
    number,
    pick,
    put,
    settle,
    store,
    stream,
    word,
)
from mien.engine.tables import F32, I32

LINE = 64
"""Bytes of sixteen floats; what is streamed must begin at a multiple of them."""

_ZERO = np.float32(0.0)


@part_of_kernels
def counting_sort(
    begin: int,
    size: int,
    width: int,
    variants: I32,
    vads: F32,
    speech: F32,
    spoken: bool,
    places: U32,
    ends: U32,
    groups: int,
    points: F32,
    step: int,
) -> None:
    """Sort a block's queries by variant, keeping their order; ``ends[g]`` is where variant g ends.

    Each variant begins at a multiple of WIDTH, in ``points`` and in ``places``, where the row of
    each query begins; the lanes between have a row of no query.
    """
    for g in range(groups):
        put(ends, g, np.uint32(0))
    for row in range(begin, begin + size):
        g = word(variants, row)
        put(ends, g, np.uint32(word(ends, g) + 1))
    at = 0
    for g in range(groups):
        last = at + word(ends, g)
        put(ends, g, np.uint32(at))
        at = (last + WIDTH - 1) // WIDTH * WIDTH
        for lane in range(last, at):
            put(places, lane, np.uint32(size * width))
    for row in range(begin, begin + size):
        g = word(variants, row)
        at = word(ends, g)
        put(ends, g, np.uint32(at + 1))
        put(places, at, np.uint32((row - begin) * width))
        put(points, at, number(vads, 3 * row))
        put(points, at + step, number(vads, 3 * row + 1))
        put(points, at + 2 * step, number(vads, 3 * row + 2))
        if spoken:
            put(points, at + 3 * step, number(speech, row))


@part_of_kernels
def part_of_line(first: int, width: int, rows: F32, entry: int, index: U32) -> Lanes:
    """Sixteen floats of a face whose query's row begins at ``first``, by its index at ``entry``."""
    found = pick(rows, first, index, entry, 0)
    for line in range(WIDTH, width, WIDTH):
        found = merge(found, pick(rows, first + line, index, entry, line))
    return found


@part_of_kernels
def write_lines(
    begin: int,
    at: int,
    stop: int,
    streamed: bool,
    channels: int,
    width: int,
    base: int,
    rows: F32,
    variants: I32,
    index: U32,
    out: F32,
) -> None:
    """Floats ``at`` to ``stop`` of out, sixteen at a time, over the edges of faces.

    ``begin`` is the block's first query; ``base`` is where the index of the first variant begins.
    """
    if at == stop:
        return
    stride = channels + 2 * WIDTH
    row = at // channels
    channel = at - row * channels
    first = (row - begin) * width
    entry = base + WIDTH + word(variants, row) * stride
    while at < stop:
        line = part_of_line(first, width, rows, entry + channel, index)
        channel += WIDTH
        # The rest of the line is of the next face, or of several where they are that short.
        while channel > channels:
            channel -= channels
            row += 1
            first += width
            entry = base + WIDTH + word(variants, row) * stride
            more = part_of_line(first, width, rows, entry - WIDTH + channel, index)
            line = merge(line, more)
        if streamed:
            stream(out, at, line)
        else:
            store(out, at, line)
        at += WIDTH
        if channel == channels and at < stop:
            channel = 0
            row += 1
            first += width
            entry = base + WIDTH + word(variants, row) * stride


@part_of_kernels
def write_floats(
    begin: int,
    at: int,
    stop: int,
    channels: int,
    width: int,
    base: int,
    rows: F32,
    variants: I32,
    index: U32,
    out: F32,
) -> None:
    """As `write_lines`, one float after the other."""
    for each in range(at, stop):
        row = each // channels
        entry = word(variants, row) * (channels + 2 * WIDTH) + each - row * channels
        found = word(index, base + WIDTH + entry)
        value = _ZERO
        if found < width:
            value = number(rows, (row - begin) * width + found)
        put(out, each, value)


@part_of_kernels
def evaluate_blocks(
    count: int,
    block: int,
    groups: int,
    width: int,
    channels: int,
    spoken: bool,
    streamed: bool,
    lead: int,
    variants: I32,
    vads: F32,
    speech: F32,
    out: F32,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    index: U32,
    points: F32,
    basis: F32,
    terms: F32,
    signals: F32,
    columns: F32,
    rows: F32,
    places: U32,
    ends: U32,
) -> None:
    """`evaluate_faces` of ``count`` queries, all arrays flat; out + lead begins a line."""
    step = block + groups * WIDTH
    base = 0
    if spoken:
        base = groups * (channels + 2 * WIDTH)
    for begin in range(0, count, block):
        size = min(block, count - begin)
        counting_sort(
            begin, size, width, variants, vads, speech, spoken, places, ends, groups, points, step
        )
        first = 0
        for g in range(groups):
            last = word(ends, g)
            while first < last:
                evaluate_lanes(
                    g * HEAD,
                    first,
                    spoken,
                    heads,
                    code,
                    data,
                    shared,
                    points,
                    step,
                    basis,
                    terms,
                    signals,
                    columns,
                    rows,
                    places,
                )
                first += WIDTH
        start, stop = begin * channels, (begin + size) * channels
        at = start
        if streamed:
            at = min(stop, start + (lead - start) % WIDTH)
        end = at + (stop - at) // WIDTH * WIDTH
        write_floats(begin, start, at, channels, width, base, rows, variants, index, out)
        # Most variants need one line a row: the compiler makes a simpler loop of that.
        if width == WIDTH:
            write_lines(begin, at, end, streamed, channels, WIDTH, base, rows, variants, index, out)
        else:
            write_lines(begin, at, end, streamed, channels, width, base, rows, variants, index, out)
        write_floats(begin, end, stop, channels, width, base, rows, variants, index, out)


@kernel
def evaluate_faces(
    variants: I32,
    vads: F32,
    speech: F32,
    out: F32,
    streamed: bool,
    heads: I64,
    code: U32,
    data: F32,
    shared: F32,
    index: U32,
    scratch: Scratch,
    places: U32,
    ends: U32,
    block: int,
) -> None:
    """Fill out (Q, C) from variants (Q,), vads (Q, 3) and speech (Q,), or (0,) for none.

    heads, code, data, shared and index are a `Program`; scratch, places and ends are this call's
    own, for blocks of ``block`` queries. ``streamed``: past the caches, for more than they hold.
    """
    points, basis, terms, signals, columns, rows = scratch
    lead = 0
    if streamed:
        lead = (LINE - out.ctypes.data % LINE) // 4
    evaluate_blocks(
        len(variants),
        block,
        len(ends),
        len(rows) // (block + 1),
        out.shape[1],
        len(speech) > 0,
        streamed,
        lead,
        flat(variants),
        flat(vads),
        flat(speech),
        flat(out),
        flat(heads),
        flat(code),
        flat(data),
        flat(shared),
        flat(index),
        flat(points),
        flat(basis),
        flat(terms),
        flat(signals),
        flat(columns),
        flat(rows),
        flat(places),
        flat(ends),
    )
    if streamed:
        settle()
