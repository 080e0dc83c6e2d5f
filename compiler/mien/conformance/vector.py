"""The test vector of docs/evaluator.md: python -m mien.conformance.vector writes it anew.

Its bank and its queries are chosen so that an evaluator which is wrong anywhere gives another bit
somewhere; tests/test_vector_mutants.py holds the wrong evaluators that it is known to catch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.conformance.banks import Stream, generated_bank
from mien.conformance.queries import make_queries
from mien.conformance.timed_vector import bits, timed_queries, timed_tables
from mien.engine.registry import get_engine
from mien.engine.tables import F32, Tables

FOLDER = Path(__file__).resolve().parents[1] / "docs"
_SEED = 29
_FACES = 300
_MIXTURES = 60
_FULL = 6
_SHOWN = 4
_BEGIN, _END = "<!-- vector -->\n", "<!-- end of vector -->\n"

Item = dict[str, object]
Vector = dict[str, list[Item]]


def vector_tables() -> Tables:
    """The small bank that the vector is about."""
    bank = generated_bank(_SEED, channels=12, labels=4, intensities=4)
    return get_engine(1).compile_tables(bank)


def make_vector(tables: Tables) -> Vector:
    """Queries with the bits of their results, by kind."""
    bank = Bank(tables)
    stream = Stream(_SEED)
    queries = make_queries(tables, _FACES, _SEED)
    faces: list[Item] = []
    compositions: list[Item] = []
    labels: list[int] = queries.face_labels.tolist()
    styles: list[int] = queries.face_styles.tolist()
    vads, speeches = queries.face_vads.tolist(), queries.face_speech.tolist()
    for label, vad, style, speech in zip(labels, vads, styles, speeches, strict=True):
        table = tables.labels[label]
        name = None if style < 0 else table.styles[style]
        place, spoken = _written(stream, vad), _decimal(stream, speech)
        face = bank.face(table.label, vad=place, style=name, speech=spoken)
        faces.append(
            {"label": table.label, "vad": place, "style": name, "speech": spoken, **_expected(face)}
        )
        if len(compositions) < len(queries.visemes):
            visemes = _visemes(tables, stream, queries.visemes[len(compositions)].tolist())
            composed = bank.compose(face, visemes)
            compositions.append({"face": face.tolist(), "visemes": visemes, **_expected(composed)})
    return {
        "faces": faces,
        "mixtures": list(_mixtures(bank, stream)),
        "intensities": list(_intensities(bank, stream)),
        "compositions": compositions,
    }


def _mixtures(bank: Bank, stream: Stream) -> Iterator[Item]:
    """Labels named in any order, most often three or more; their sum misses 1 by what is allowed.

    First some of two labels that both have a channel at 1: their sum must be held to it.
    """
    for vad, first, second in _meetings(bank, stream):
        part = stream.fraction()
        parts = {second: part, first: 1.0 - part + 9e-7}
        yield {"weights": parts, "vad": vad, "speech": 0.0, **_expected(bank.face(parts, vad=vad))}
    for _ in range(_MIXTURES):
        names = list(bank.labels)
        if stream.chance(0.3):
            names.remove(stream.pick(names))
        parts = {stream.pick(names): 1e-40} if stream.chance(0.3) else {}
        names = [name for name in names if name not in parts]
        while names:
            name = names.pop(stream.below(len(names)))
            left = 1.0 - sum(parts.values())
            parts[name] = left * stream.fraction() if names else left + stream.between(-9e-7, 9e-7)
        at = bank.point(stream.pick(bank.labels), at=stream.pick(bank.intensities)).tolist()
        vad = [min(1.0, max(-1.0, x + stream.between(-0.1, 0.1))) for x in at]
        speech = stream.pick((0.0, stream.fraction()))
        face = bank.face(parts, vad=vad, speech=speech)
        yield {"weights": parts, "vad": vad, "speech": speech, **_expected(face)}


def _meetings(bank: Bank, stream: Stream) -> Iterator[tuple[list[float], str, str]]:
    """Points where two labels both have the same channel at 1."""
    found = 0
    while found < _FULL:
        vad = [stream.between(-1, 1) for _ in range(3)]
        full = {name: bank.face(name, vad=vad) == 1 for name in bank.labels}
        pairs = [(a, b) for a in full for b in full if a < b and (full[a] & full[b]).any()]
        if pairs:
            found += 1
            yield (vad, *stream.pick(pairs))


def _visemes(tables: Tables, stream: Stream, visemes: list[float]) -> list[float]:
    """The visemes, many with lips sealed in part, antagonists at 1, or all bits of a float64."""
    sealed, opposed, exact = stream.chance(0.6), stream.chance(0.3), stream.chance(0.5)
    if not exact:
        visemes = [x * (1.0 - stream.fraction() * 2.0**-24) for x in visemes]
    for channel, level in zip(tables.sealing.tolist(), tables.sealing_levels.tolist(), strict=True):
        if sealed:
            visemes[channel] = stream.pick((0.0, 0.7, 0.7)) * level * stream.fraction()
    if opposed:
        for channel in stream.pick(tables.pairs.tolist()):
            visemes[channel] = 1.0
    return visemes


def _intensities(bank: Bank, stream: Stream) -> Iterator[Item]:
    """Ends, anchors, points between, and points where an axis crosses 0, so that all bits count."""
    knots = len(bank.intensities) - 1
    for table in bank.tables.labels:
        values = [knot / knots for knot in range(knots + 1)]
        values += [stream.fraction() + stream.fraction() * 2.0**-24 for _ in range(4)]
        for start, (low, high) in enumerate(zip(table.anchors, table.anchors[1:], strict=False)):
            values += [
                (start + float(a) / (float(a) - float(b))) / knots
                for a, b in zip(low, high, strict=True)
                if a * b < 0
            ]
        for value in values:
            point = bank.point(table.label, intensity=value)
            yield {"label": table.label, "intensity": value, **_expected(point)}


def _written(stream: Stream, numbers: list[float]) -> list[float]:
    """The numbers, or decimals near them that float32 does not hold."""
    return [_decimal(stream, x) for x in numbers] if stream.chance(0.3) else numbers


def _decimal(stream: Stream, x: float) -> float:
    return round(x, 3) if stream.chance(0.5) else x


def _expected(result: F32) -> Item:
    return {"expected": bits(result)}


def vector_files() -> dict[str, bytes]:
    """File name in the docs to its bytes: the artifact, the queries, the page that shows some."""
    tables = vector_tables()
    vector = make_vector(tables)
    shown = {kind: queries[0] for kind, queries in vector.items()}
    blocks = "".join(
        f"`{kind}`\n\n```json\n{json.dumps(query)}\n```\n\n" for kind, query in shown.items()
    )
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    timed = timed_tables()
    queries = timed_queries(timed)
    blocks += f"`times`\n\n```json\n{json.dumps(queries[_SHOWN])}\n```\n\n"
    return {
        "vector.safetensors": artifact_bytes(tables),
        "vector.json": _lines(vector).encode(),
        "timed.safetensors": artifact_bytes(timed),
        "timed.json": _lines({"times": queries}).encode(),
        "evaluator.md": f"{before}{_BEGIN}\n{blocks}{_END}{after}".encode(),
    }


def _lines(vector: Vector) -> str:
    """JSON with a query a line."""
    kinds = (
        f'"{kind}": [\n' + ",\n".join(json.dumps(query) for query in queries) + "\n]"
        for kind, queries in vector.items()
    )
    return "{\n" + ",\n".join(kinds) + "\n}\n"


def main() -> None:
    """Write the files."""
    for name, data in vector_files().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
