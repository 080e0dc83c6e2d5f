"""Many faces by the kernels, on one thread or several."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mien.engine.e1.kernels import POINT_ROWS, STRIDE, evaluate
from mien.engine.e1.program import Program
from mien.engine.jit import is_cold, tell_on_terminal
from mien.engine.tables import F32, I32

BLOCK = 4096
"""Rows sorted by variant at a time; their faces fit the second-level cache."""

LEAST_ROWS = 1024
"""Fewer rows than this are not worth a thread."""

COMPILE_SECONDS = 15


def evaluate_batch(
    program: Program, variants: I32, vads: F32, speech: F32 | None, out: F32, threads: int
) -> None:
    """Fill ``out`` (Q, C) from positions in the program (Q,), vads (Q, 3) and speech (Q,)."""
    if is_cold(evaluate):
        tell_on_terminal(COMPILE_SECONDS)
    spoken = np.empty(0, dtype=np.float32) if speech is None else speech
    spans = _spans(len(variants), threads)
    if len(spans) == 1:
        _evaluate(program, variants, vads, spoken, out)
        return
    # Compile before the threads start, so that they do not wait for each other to do it.
    _evaluate(program, variants[:0], vads[:0], spoken[:0], out[:0])

    def part(span: slice) -> None:
        _evaluate(program, variants[span], vads[span], spoken[span], out[span])

    with ThreadPoolExecutor(len(spans)) as pool:
        list(pool.map(part, spans))


def _spans(rows: int, threads: int) -> Sequence[slice]:
    """Equal parts, none smaller than LEAST_ROWS, at most one a thread."""
    parts = max(1, min(threads, rows // LEAST_ROWS))
    edges = [rows * part // parts for part in range(parts + 1)]
    return [slice(begin, end) for begin, end in zip(edges, edges[1:], strict=False)]


def _evaluate(program: Program, variants: I32, vads: F32, speech: F32, out: F32) -> None:
    evaluate(
        variants,
        vads,
        speech,
        out,
        program.heads,
        program.code,
        program.data,
        program.shared,
        scratch_for(program),
        np.empty(max(1, min(BLOCK, len(variants))), dtype=np.int32),
        np.empty(len(program.heads) + 1, dtype=np.int64),
    )


def scratch_for(program: Program) -> tuple[F32, F32, F32, F32]:
    """Room for one call: points, basis, signals and two sets of columns."""
    sizes = (
        (POINT_ROWS * STRIDE,),
        ((2 * program.intensities + 1) * STRIDE,),
        (program.signals, STRIDE),
        (2, program.rows, STRIDE),
    )
    points, basis, signals, values = (np.empty(size, dtype=np.float32) for size in sizes)
    return points, basis, signals, values
