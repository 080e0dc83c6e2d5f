"""Many faces by the kernels, on one thread or several, and one face by warm kernels."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Literal

import numpy as np

from mien.engine.e1.block import LINE, evaluate_faces
from mien.engine.e1.program import HEAD, TERMS, U32, Program
from mien.engine.jit import announce_compilation, is_cold
from mien.engine.lanes import WIDTH
from mien.engine.tables import F32, I32

LEAST_BLOCK, MOST_BLOCK, EACH = 2048, 4096, 128
"""Queries sorted by variant at a time: about EACH of a variant, so that few lanes stay empty."""

STREAMED = 8 << 20
"""Bytes of faces from which on they are written past the caches."""

LEAST_ROWS = 1024
"""Fewer rows than this are not worth a thread."""

COMPILE_SECONDS = 5

_PLAIN_ARRAY: tuple[Literal["C"], Literal["A"], Literal["W"]] = ("C", "A", "W")
"""Read-only or unaligned arrays are other types to the kernels, to be compiled for anew."""


class Batch:
    """A program made ready to run. Safe to use from several threads at once."""

    def __init__(self, program: Program, channels: int) -> None:
        self._program = program
        self._channels = channels
        self._spare: list[_Scratch] = []
        self._silent = np.empty(0, dtype=np.float32)

    def fill(self, variants: I32, vads: F32, speech: F32 | None, out: F32, threads: int) -> None:
        """Fill ``out`` (Q, C) from positions in the program (Q,), vads (Q, 3), speech (Q,)."""
        if not self._spare and is_cold(evaluate_faces):
            announce_compilation(COMPILE_SECONDS)
        variants = np.require(variants, np.int32, _PLAIN_ARRAY)
        vads = np.require(vads, np.float32, _PLAIN_ARRAY)
        spoken = self._silent if speech is None else np.require(speech, np.float32, _PLAIN_ARRAY)
        streamed = out.nbytes >= STREAMED and out.flags.aligned
        spans = _spans(len(variants), threads)
        if len(spans) == 1:
            self._evaluate(variants, vads, spoken, out, streamed=streamed)
            return
        # Compile before the threads start, so that they do not wait for each other to do it.
        self._evaluate(variants[:0], vads[:0], self._silent, out[:0], streamed=streamed)

        def part(span: slice) -> None:
            self._evaluate(variants[span], vads[span], spoken[span], out[span], streamed=streamed)

        with ThreadPoolExecutor(len(spans) - 1) as pool:
            others = [pool.submit(part, span) for span in spans[1:]]
            part(spans[0])
            for other in others:
                other.result()

    def one(self, variant: int, vad: Sequence[float], speech: float) -> F32:
        """One face (C,)."""
        scratch = self._take()
        scratch.variants[0] = variant
        # One by one: NumPy takes longer to make an array of the three.
        scratch.vads[0, 0], scratch.vads[0, 1], scratch.vads[0, 2] = vad
        scratch.speech[0] = speech
        faces = np.empty((1, self._channels), dtype=np.float32)
        spoken = scratch.speech if speech else self._silent
        self._run(scratch, scratch.variants, scratch.vads, spoken, faces, streamed=False)
        self._spare.append(scratch)
        face: F32 = faces[0]
        return face

    def _evaluate(self, variants: I32, vads: F32, speech: F32, out: F32, *, streamed: bool) -> None:
        scratch = self._take()
        self._run(scratch, variants, vads, speech, out, streamed=streamed)
        self._spare.append(scratch)

    def _run(
        self, scratch: _Scratch, variants: I32, vads: F32, speech: F32, out: F32, *, streamed: bool
    ) -> None:
        program = self._program
        evaluate_faces(
            variants,
            vads,
            speech,
            out,
            streamed,
            program.heads,
            program.code,
            program.data,
            program.shared,
            program.index,
            scratch.arrays,
            scratch.places,
            scratch.ends,
            scratch.block,
        )

    def _take(self) -> _Scratch:
        """Scratch that nobody else has; kept for the next, so that threads need not make it."""
        try:
            return self._spare.pop()
        except IndexError:
            return _Scratch(self._program)


class _Scratch:
    """Arrays for one call at a time."""

    def __init__(self, program: Program) -> None:
        variants = len(program.heads) // HEAD
        self.block = min(MOST_BLOCK, max(LEAST_BLOCK, EACH * variants))
        places = self.block + WIDTH * variants
        self.arrays = (
            _lanes(4 * places),
            _lanes((2 * program.intensities + 1) * WIDTH),
            _lanes(TERMS * WIDTH),
            _lanes(program.signals * WIDTH),
            _lanes(program.rows * WIDTH),
            _lanes((self.block + 1) * program.lines * WIDTH),
        )
        self.places: U32 = np.zeros(places, dtype=np.uint32)
        self.ends: U32 = np.zeros(variants, dtype=np.uint32)
        self.variants: I32 = np.zeros(1, dtype=np.int32)
        self.vads: F32 = np.zeros((1, 3), dtype=np.float32)
        self.speech: F32 = np.zeros(1, dtype=np.float32)


def _lanes(count: int) -> F32:
    """So many floats from a multiple of LINE bytes on: lanes that cross one take twice as long."""
    room = np.zeros(count * 4 + LINE, dtype=np.uint8)
    skip = -room.ctypes.data % LINE
    found: F32 = room[skip : skip + count * 4].view(np.float32)
    return found


def _spans(rows: int, threads: int) -> Sequence[slice]:
    """Equal parts, none smaller than LEAST_ROWS, at most one a thread."""
    parts = max(1, min(threads, rows // LEAST_ROWS))
    edges = [rows * part // parts for part in range(parts + 1)]
    return [slice(begin, end) for begin, end in pairwise(edges)]
