"""The test vector of docs/evaluator.md: python -m mien.conformance.vector writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from mien.artifact.write import artifact_bytes
from mien.conformance.answers import NUMPY, answer
from mien.conformance.characters import generated_bank
from mien.conformance.queries import make_queries
from mien.engine.registry import get_engine
from mien.engine.tables import F32, Tables

FOLDER = Path(__file__).resolve().parents[1] / "docs"
_SEED = 16
_QUESTIONS = 40
_BEGIN, _END = "<!-- vector -->\n", "<!-- end of vector -->\n"

Item = dict[str, object]
Vector = dict[str, list[Item]]


def vector_tables() -> Tables:
    """The small bank that the vector is about."""
    bank = generated_bank(_SEED, channels=8, labels=2, intensities=3)
    return get_engine(1).compile_tables(bank)


def make_vector(tables: Tables) -> Vector:
    """Questions with the bits of their answers, by kind."""
    queries = make_queries(tables, _QUESTIONS, _SEED)
    found = answer(tables, queries, NUMPY, 1)
    labels = tables.labels
    faces: list[Item] = [
        {
            "label": labels[int(label)].label,
            "vad": vad,
            "style": None if style < 0 else labels[int(label)].styles[int(style)],
            "speech": speech,
        }
        for label, vad, style, speech in zip(
            queries.face_labels.tolist(),
            queries.face_vads.tolist(),
            queries.face_styles.tolist(),
            queries.face_speech.tolist(),
            strict=True,
        )
    ]
    mixtures: list[Item] = [
        {
            "weights": {e.label: share for e, share in zip(labels, shares, strict=True) if share},
            "vad": vad,
            "speech": speech,
        }
        for shares, vad, speech in zip(
            queries.mixture_weights.tolist(),
            queries.mixture_vads.tolist(),
            queries.mixture_speech.tolist(),
            strict=True,
        )
    ]
    intensities: list[Item] = [
        {"label": labels[int(label)].label, "intensity": value}
        for label, value in zip(
            queries.intensity_labels.tolist(), queries.intensity_values.tolist(), strict=True
        )
    ]
    compositions: list[Item] = [
        {"face": face, "visemes": visemes}
        for face, visemes in zip(found["faces"].tolist(), queries.visemes.tolist(), strict=False)
    ]
    asked: Vector = {
        "faces": faces,
        "mixtures": mixtures,
        "intensities": intensities,
        "compositions": compositions,
    }
    return {
        kind: [
            {**question, "expected": bits(row)}
            for question, row in zip(questions, found[kind], strict=True)
        ]
        for kind, questions in asked.items()
    }


def bits(face: F32) -> list[str]:
    """Each weight's bit pattern in hexadecimal."""
    return [f"{int(word):08x}" for word in face.astype("<f4").view("<u4")]


def vector_files() -> dict[str, bytes]:
    """File name in the docs to its bytes: the artifact, the questions, the page that shows some."""
    tables = vector_tables()
    vector = make_vector(tables)
    shown = {kind: questions[0] for kind, questions in vector.items()}
    blocks = "".join(
        f"`{kind}`\n\n```json\n{json.dumps(question)}\n```\n\n" for kind, question in shown.items()
    )
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    return {
        "vector.safetensors": artifact_bytes(tables),
        "vector.json": _lines(vector).encode(),
        "evaluator.md": f"{before}{_BEGIN}\n{blocks}{_END}{after}".encode(),
    }


def _lines(vector: Vector) -> str:
    """JSON with a question a line."""
    kinds = (
        f'"{kind}": [\n' + ",\n".join(json.dumps(question) for question in questions) + "\n]"
        for kind, questions in vector.items()
    )
    return "{\n" + ",\n".join(kinds) + "\n}\n"


def main() -> None:
    """Write the files."""
    for name, data in vector_files().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
