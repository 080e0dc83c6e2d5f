"""Batches of mixed labels: our faces against SciPy's, NumPy's and the machine's bare writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mien.bench.fault import BenchError
from mien.bench.machine import fill, rotating
from mien.bench.naive import naive_faces
from mien.bench.peer import WAYS, Pipeline
from mien.bench.row import Row
from mien.bench.timing import medians
from mien.conformance.stream import Stream
from mien.engine.registry import get_engine
from mien.engine.tables import F32, I32, Tables

TOLERANCE = 1e-5
_NAIVE_MOST = 100_000
"""The naive pipeline's temporaries outgrow small machines past this batch."""

Faces = Callable[[I32, F32], F32]


def random_queries(tables: Tables, count: int) -> tuple[I32, F32]:
    """Labels (count,) and VAD points (count, 3) over the whole cube: the same in every run."""
    period = min(count, 4096)
    stream = Stream(52)
    labels = np.array([stream.below(len(tables.labels)) for _ in range(period)], np.int32)
    vads = np.array([[stream.between(-1, 1) for _ in range(3)] for _ in range(period)], np.float32)
    return np.resize(labels, count), np.resize(vads, (count, 3))


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
    """Every comparison for every batch, in turns of ``rounds`` rounds.

    Raises:
        BenchError: a peer is missing, or computes other faces than ours.
    """
    peers = make_peers(tables)
    check_peers(tables, peers)
    for batch in batches:
        yield from _batch_rows(tables, batch, peers, rounds=rounds)


def check_peers(tables: Tables, peers: dict[str, Faces]) -> None:
    """All peers against our faces, on queries of every label.

    Raises:
        BenchError: as `check_equal`.
    """
    labels, vads = random_queries(tables, 4096)
    expected = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
    get_engine(tables.engine).evaluator(tables).faces(labels, vads, None, None, expected, 1)
    for name, faces in peers.items():
        check_equal(name, expected, faces(labels, vads))


def make_peers(tables: Tables) -> dict[str, Faces]:
    """Peers by name: SciPy's two ways to distances, dense and sparse, and plain NumPy.

    Raises:
        BenchError: SciPy is missing.
    """
    peers: dict[str, Faces] = {
        f"{way}, {kind}": Pipeline(tables, way, sparse=kind == "sparse").faces
        for kind in ("dense", "sparse")
        for way in WAYS
    }
    peers["numpy, as written"] = lambda labels, vads: naive_faces(tables, labels, vads)
    return peers


def _batch_rows(
    tables: Tables, batch: int, peers: dict[str, Faces], *, rounds: int
) -> Iterator[Row]:
    evaluator = get_engine(tables.engine).evaluator(tables)
    labels, vads = random_queries(tables, batch)
    buffer = rotating((batch, len(tables.channels)))
    ours: Callable[[], object] = lambda: evaluator.faces(labels, vads, None, None, buffer(), 1)  # noqa: E731
    if batch == 1:
        label, vad = int(labels[0]), [float(x) for x in vads[0]]
        ours = lambda: evaluator.face(label, vad, -1, 0.0)  # noqa: E731

    def asked(faces: Faces) -> Callable[[], object]:
        return lambda: faces(labels, vads)

    competitors = {name: asked(faces) for name, faces in peers.items()}
    if batch > _NAIVE_MOST:
        del competitors["numpy, as written"]
    took = medians({"ours": ours, "writes": lambda: fill(buffer()), **competitors}, rounds=rounds)
    for kind in ("dense", "sparse"):
        best = min(took[f"{way}, {kind}"] for way in WAYS)
        yield Row(name=f"faces / scipy, {kind}", batch=batch, ours=took["ours"], peer=best)
    for name in competitors:
        yield Row(name=f"faces / {name}", batch=batch, ours=took["ours"], peer=took[name])
    if batch > 1:
        yield Row(name="faces / row writes", batch=batch, ours=took["ours"], peer=took["writes"])
