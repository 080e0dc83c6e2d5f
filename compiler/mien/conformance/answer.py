"""Answer a run's questions: python -m mien.conformance.answer WAY THREADS FOLDER ANSWERS LIMIT.

Every bank is compiled here, so that the solver is under test too. The answers are raw little-endian
float32 files, a folder a bank; their sha256 is printed, so that machines can be compared by eye.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

from mien.artifact.write import artifact_bytes
from mien.conformance.answers import answer
from mien.conformance.compare import ARTIFACT
from mien.conformance.places import QUESTIONS, SOURCES
from mien.conformance.queries import load_queries
from mien.conformance.subjects import subject
from mien.engine.registry import get_engine
from mien.versions import ENGINE


def main(way: str, threads: str, folder: str, answers: str, limit: str) -> None:
    """See the module."""
    for asked in sorted(Path(folder, QUESTIONS).iterdir()):
        answered = Path(answers, asked.name)
        answered.mkdir(parents=True)
        tables = get_engine(ENGINE).compile_tables(subject(asked.name, Path(folder, SOURCES)))
        artifact = artifact_bytes(tables)
        queries = load_queries(asked, tables)
        if int(limit):
            queries = queries.first(int(limit))
        files = {ARTIFACT: artifact} | {
            kind: faces.astype("<f4").tobytes()
            for kind, faces in answer(tables, queries, way, int(threads)).items()
        }
        for name, data in files.items():
            (answered / name).write_bytes(data)
            print(asked.name, name, sha256(data).hexdigest())  # noqa: T201 - a program's output


if __name__ == "__main__":
    main(*sys.argv[1:])
