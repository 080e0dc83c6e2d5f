"""Evaluate a run's queries: python -m mien.conformance.evaluate PATH THREADS FOLDER RESULTS LIMIT.

PATH is `numpy`, `numba`, or `streamed`: numba as it writes batches that no cache could hold. Every
bank is compiled here, so that the solver is under test too. The results are raw little-endian
float32 files, a folder a bank; their sha256 is printed, so that machines can be compared by eye.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np

from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.conformance.compare import ARTIFACT, NANOSECONDS, QUERIES, SOURCES, TAKES
from mien.conformance.performances import performances_of, scores, takes
from mien.conformance.queries import Queries, load_queries
from mien.conformance.sources import bank_named
from mien.engine.e1.evaluate import Evaluator1
from mien.engine.registry import get_engine
from mien.engine.tables import F32, I32, Tables
from mien.timelines.timelines import timelines_of
from mien.versions import ENGINE

NUMPY = "numpy"
NUMBA = "numba"
STREAMED = "streamed"
_ALL = 1 << 20
_RUNS = 5


def results(tables: Tables, queries: Queries, path: str, threads: int) -> Mapping[str, F32]:
    """Kind of query to its results, one row each, computed by the NumPy path or the kernels.

    `plain` has all faces without style and speech, `singles` some of them evaluated one by one.
    """
    evaluator = Evaluator1(tables)

    def batch(styles: I32 | None, speech: F32 | None) -> F32:
        labels, vads = queries.face_labels, queries.face_vads
        out = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
        if path == NUMPY:
            evaluator.faces_by_numpy(labels, vads, styles, speech, out)
        else:
            evaluator.faces_by_kernels(labels, vads, styles, speech, out, threads)
        return out

    faces = batch(queries.face_styles, queries.face_speech)
    plain = batch(None, None)
    count = min(len(queries.visemes), len(faces))
    singles = [
        evaluator.face(*query)
        for query in zip(
            queries.face_labels[:count].tolist(),
            queries.face_vads[:count].tolist(),
            queries.face_styles[:count].tolist(),
            queries.face_speech[:count].tolist(),
            strict=True,
        )
    ]
    return {
        "faces": faces,
        "plain": plain,
        "singles": np.stack(singles),
        "mixtures": _mixtures(evaluator, queries),
        "intensities": _points(tables, queries),
        "compositions": evaluator.compose(faces[:count], queries.visemes[:count]),
        "times": _times(evaluator, tables, queries),
    }


def _mixtures(evaluator: Evaluator1, queries: Queries) -> F32:
    mixtures = [
        evaluator.mixture([(e, p) for e, p in enumerate(shares) if p > 0], vad, speech)
        for shares, vad, speech in zip(
            queries.mixture_weights,
            queries.mixture_vads.tolist(),
            queries.mixture_speech.tolist(),
            strict=True,
        )
    ]
    return np.stack(mixtures)


def _times(evaluator: Evaluator1, tables: Tables, queries: Queries) -> F32:
    """Gain, offset, head and gaze of each clip, the given face in time, the label's own there."""
    lines, rows = timelines_of(tables), [np.zeros((0, 4 * len(tables.channels) + 5), np.float32)]
    labels: list[int] = queries.time_labels.tolist()
    for at, label in enumerate(labels):
        table = tables.labels[label]
        sequence, level = int(queries.time_sequences[at]), int(queries.time_levels[at])
        timeline = lines[table.label]
        clip = timeline.clip(None if sequence < 0 else timeline.sequences[sequence], level)
        hold = None if np.isnan(queries.holds[at]) else float(queries.holds[at])
        sample = clip.sample(queries.times[at : at + 1], hold)
        face = evaluator.timed(queries.time_faces[at : at + 1], sample.gain, sample.offset)
        plain = evaluator.face(label, queries.face_vads[at].tolist(), -1, 0.0).reshape(1, -1)
        own = evaluator.timed(plain, sample.gain, sample.offset)
        own *= np.float32(1.0) - queries.face_speech[at] * table.attenuation
        parts = (sample.gain, sample.offset, sample.head, sample.gaze, face, own)
        rows.append(np.concatenate(parts, axis=1))
    return np.concatenate(rows)


def _points(tables: Tables, queries: Queries) -> F32:
    bank = Bank(tables)
    pairs = zip(queries.intensity_labels, queries.intensity_values, strict=True)
    return np.stack([bank.point(bank.labels[int(e)], intensity=float(t)) for e, t in pairs])


def _nanoseconds(tables: Tables, queries: Queries, path: str, threads: int) -> float:
    """What a plain face takes in a batch, the least of some runs."""
    evaluator = Evaluator1(tables)
    labels, vads = queries.face_labels, queries.face_vads
    out = np.empty((len(labels), len(tables.channels)), dtype=np.float32)
    least = float("inf")
    for _ in range(_RUNS):
        began = time.perf_counter_ns()
        if path == NUMPY:
            evaluator.faces_by_numpy(labels, vads, None, None, out)
        else:
            evaluator.faces_by_kernels(labels, vads, None, None, out, threads)
        least = min(least, (time.perf_counter_ns() - began) / len(labels))
    return least


def main(path: str, threads: str, folder: str, found: str, limit: str) -> None:
    """See the module."""
    if path == STREAMED:
        from mien.engine.e1 import batch

        batch.STREAMED = 0
    for source in sorted(Path(folder, QUERIES).iterdir()):
        target = Path(found, source.name)
        target.mkdir(parents=True)
        authored = bank_named(source.name, Path(folder, SOURCES))
        tables = get_engine(ENGINE).compile_tables(authored)
        queries = load_queries(source, tables)
        if int(limit):
            queries = queries.first(int(limit))
        bank = Bank(tables)
        performances = performances_of(bank, source.name, 1 if int(limit) else _ALL)
        files = {ARTIFACT: artifact_bytes(tables)} | {
            kind: rows.astype("<f4").tobytes()
            for kind, rows in {
                **results(tables, queries, path, int(threads)),
                "scores": scores(bank, performances),
                TAKES: takes(bank, performances),
            }.items()
        }
        files[NANOSECONDS] = f"{_nanoseconds(tables, queries, path, int(threads))}".encode()
        for name, data in files.items():
            (target / name).write_bytes(data)
            print(source.name, name, sha256(data).hexdigest())  # noqa: T201 - a program's output


if __name__ == "__main__":
    main(*sys.argv[1:])
