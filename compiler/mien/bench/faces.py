"""Batches of mixed labels: our faces against other libraries' and the machine's bare writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle

import numpy as np

from mien.bank import Bank
from mien.bench import BenchError
from mien.bench.numpy_peers import WAYS, Pipeline, naive_faces
from mien.bench.report import Row
from mien.bench.timing import medians
from mien.bench.torch_peer import TorchPipeline, has_torch
from mien.engine.e1.evaluate import KERNEL_ROWS, Evaluator1
from mien.engine.tables import F32, I32, Tables

TOLERANCE = 1e-5
_NAIVE = "numpy, as written"
_NAIVE_MOST = 100_000
"""The naive pipeline's temporaries outgrow small machines past this batch."""

_TWO_CORES = "faces on two cores / on one"
_PARTED_LEAST = 100_000
"""Fewer faces are not worth a second core."""

Faces = Callable[[I32, F32], F32]

_CACHE_BYTES = 256 << 20
"""More than any cache: what rotating buffers should take together, where memory allows."""

_LANES = 4096
_TIMES = 64
MULTIPLY_ADDS = _LANES * _TIMES
"""What one call of `multiply_add` does."""

_X = np.full(_LANES, 0.5, dtype=np.float32)


def random_queries(tables: Tables, count: int) -> tuple[I32, F32]:
    """Labels (count,) and VAD points (count, 3) over the whole cube: the same in every run."""
    random = np.random.default_rng(52)
    labels = random.integers(len(tables.labels), size=count, dtype=np.int32)
    vads = random.uniform(-1, 1, size=(count, 3)).astype(np.float32)
    return labels, vads


def check_equal(name: str, ours: F32, theirs: F32) -> None:
    """A peer must compute the same function.

    Raises:
        BenchError: the faces differ by more than the tolerance somewhere.
    """
    away = float(np.abs(ours - theirs).max())
    if not away <= TOLERANCE:
        raise BenchError(
            f"{name} does not compute the same faces: they differ by {away:.3g}, over {TOLERANCE:g}"
        )


def face_rows(tables: Tables, batches: tuple[int, ...], *, rounds: int) -> Iterator[Row]:
    """Every comparison for every batch, in turns of ``rounds`` rounds; the kernels are warm.

    Raises:
        BenchError: a peer is missing, or computes other faces than ours.
    """
    peers = make_peers(tables)
    check_peers(tables, peers)
    bank = Bank(tables)
    bank.faces(*random_queries(tables, KERNEL_ROWS))
    for batch in batches:
        yield from _batch_rows(bank, batch, peers, rounds=rounds)


def check_peers(tables: Tables, peers: dict[str, Faces]) -> None:
    """All peers against our faces, on queries of every label.

    Raises:
        BenchError: as `check_equal`.
    """
    labels, vads = random_queries(tables, 4096)
    expected = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
    Evaluator1(tables).faces_by_kernels(labels, vads, None, None, expected, 1)
    for name, faces in peers.items():
        check_equal(name, expected, faces(labels, vads))


def make_peers(tables: Tables) -> dict[str, Faces]:
    """Peers by name: all compute the same faces in float32 on one core.

    SciPy's two ways to distances with NumPy for the rest, each dense and sparse (`Pipeline`); NumPy
    alone, the formulas as they stand (`naive_faces`); PyTorch where it is installed
    (`TorchPipeline`).

    Raises:
        BenchError: SciPy is missing.
    """
    peers: dict[str, Faces] = {
        f"{way}, {kind}": Pipeline(tables, way, sparse=kind == "sparse").faces
        for kind in ("dense", "sparse")
        for way in WAYS
    }
    peers[_NAIVE] = lambda labels, vads: naive_faces(tables, labels, vads)
    if has_torch():
        peers["torch"] = TorchPipeline(tables).faces
    return peers


def _batch_rows(bank: Bank, batch: int, peers: dict[str, Faces], *, rounds: int) -> Iterator[Row]:
    tables, evaluator = bank.tables, Evaluator1(bank.tables)
    labels, vads = random_queries(tables, batch)
    buffer = rotating((batch, len(tables.channels)))
    competitors: dict[str, Callable[[], object]] = {
        "ours": lambda: bank.faces(labels, vads, out=buffer()),
        "row writes": lambda: fill(buffer()),
        "multiply-adds": multiply_add,
        "our numpy path": lambda: evaluator.faces_by_numpy(labels, vads, None, None, buffer()),
    }
    if batch >= _PARTED_LEAST and (os.cpu_count() or 1) > 1:
        competitors[_TWO_CORES] = lambda: bank.faces(labels, vads, out=buffer(), threads=2)
    if batch == 1:
        label, vad = bank.labels[int(labels[0])], tuple(float(x) for x in vads[0])
        competitors["ours"] = lambda: bank.face(label, vad=vad)
    for name, faces in peers.items():
        if batch <= _NAIVE_MOST or name != _NAIVE:
            competitors[name] = partial(faces, labels, vads)
    took = medians(competitors, rounds=rounds)
    took["multiply-adds"] *= batch * _multiply_adds(tables) / MULTIPLY_ADDS
    for kind in ("dense", "sparse"):
        took[f"scipy, {kind}"] = min(took[f"{way}, {kind}"] for way in WAYS)
    ours = took.pop("ours")
    if _TWO_CORES in took:
        yield Row(name=_TWO_CORES, batch=batch, ours=took.pop(_TWO_CORES), peer=ours)
    first = ("scipy, dense", "scipy, sparse", "row writes")
    for name in (*first, *(name for name in took if name not in first)):
        yield Row(name=f"faces / {name}", batch=batch, ours=ours, peer=took[name])


def _multiply_adds(tables: Tables) -> int:
    """Of one face, as the formulas stand: quadratic, sigmoid, anchors, blends, clamps.

    All channels count, also those that a label never uses and that a sparse pipeline leaves out.
    """
    return len(tables.channels) * (10 + 5 + 2 * len(tables.intensities) + 3)


def rotating(shape: tuple[int, int]) -> Callable[[], F32]:
    """Gives float32 buffers of ``shape`` in turn: touched before, cold again when they return."""
    size = shape[0] * shape[1] * 4
    count = max(2, min(16, -(-_CACHE_BYTES // size)))
    buffers = cycle([np.ones(shape, dtype=np.float32) for _ in range(count)])
    return lambda: next(buffers)


def fill(buffer: F32) -> None:
    """Write every float of ``buffer``: the least that making the rows can cost."""
    buffer.fill(0.5)


def multiply_add() -> None:
    """Compute x * x + x over numbers that stay in the cache: NumPy's rate, not the machine's peak.

    Fused loops that keep values in registers are faster.
    """
    x, out = _X, np.empty_like(_X)
    for _ in range(_TIMES):
        np.multiply(x, x, out=out)
        np.add(out, x, out=out)
