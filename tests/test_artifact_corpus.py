"""Damaged and hostile artifacts: each reader refuses them in the same words, or faces are faces.

The corpus is drawn from seeds; what is said of a file is the same on every run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from tests.artifact_corpus import Case, Json, flips, hostile, malformed, points, verdict
from tests.child import finished, installed
from tests.program import ended

from mien.artifact.layout import LABEL, RANGES, SHARED, TIMELINE
from mien.artifact.read import read_artifact
from mien.artifact.refusals import REFUSALS, bad_artifact
from mien.artifact.write import artifact_bytes
from mien.authored.reader import read_bank
from mien.conformance.vector import FOLDER
from mien.engine.registry import get_engine
from mien.errors import ArtifactError
from mien.resources import presets
from mien.versions import ENGINE

HERE = Path(__file__).parent
WEB = HERE.parent / "compiler" / "mien" / "web"
RELEASES = presets() / "releases" / "default"
VECTOR = (FOLDER / "vector.safetensors").read_bytes()
DEFAULT = (RELEASES / "1.1.0" / "default.safetensors").read_bytes()
VADS = points(7)
LONGEST_MESSAGE = 250


@cache
def damaged() -> tuple[Case, ...]:
    return (*flips("vector", VECTOR, 600, 1), *flips("default", DEFAULT, 200, 2))


@cache
def edited() -> tuple[Case, ...]:
    vector, default = read_artifact(VECTOR), read_artifact(DEFAULT)
    return (
        *hostile("vector", vector, 300, 3),
        *malformed("vector", vector),
        *hostile("default", default, 30, 4),
    )


@cache
def timed() -> tuple[Case, ...]:
    """The same of a bank with timelines, whose artifact is of version 2."""
    tables = get_engine(ENGINE).compile_tables(read_bank(HERE / "banks" / "timed"))
    flipped = flips("timed", artifact_bytes(tables), 200, 6)
    return (*flipped, *hostile("timed", tables, 200, 5))


@cache
def in_python() -> tuple[Json, ...]:
    return tuple(verdict(case.data, VADS) for case in (*damaged(), *edited()))


@cache
def timed_in_python() -> tuple[Json, ...]:
    return tuple(verdict(case.data, VADS) for case in timed())


@pytest.fixture(scope="module")
def in_node(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    """What the reader in JavaScript makes of the same files."""
    folder = tmp_path_factory.mktemp("corpus")
    cases = (*damaged(), *edited(), *timed())
    sizes = [len(case.data) for case in cases]
    (folder / "corpus.json").write_text(json.dumps({"sizes": sizes, "vads": VADS}))
    (folder / "corpus.bin").write_bytes(b"".join(case.data for case in cases))
    evaluate(f"process.argv[2] = {json.dumps(str(folder))};", "artifact_corpus.mjs")
    return cast("list[Json]", json.loads((folder / "verdicts.json").read_text()))


def evaluate(script: str, module: str = "") -> str:
    """What node prints for a script, which may set the scene for a module of the tests."""
    node = installed("node")
    if module:
        script += f" await import({json.dumps((HERE / module).as_uri())});"
    ended = finished([node, "--input-type=module", "-e", script])
    return ended.stdout


def test_no_flipped_bit_is_loaded() -> None:
    found = in_python()[: len(damaged())]
    assert [
        case.name for case, one in zip(damaged(), found, strict=True) if "code" not in one
    ] == []


def test_what_python_loads_gives_faces_and_all_else_is_refused() -> None:
    found = (*in_python()[len(damaged()) :], *timed_in_python())
    wrong = {
        case.name: one
        for case, one in zip((*edited(), *timed()), found, strict=True)
        if not ({"code", "faces"} & one.keys())
    }
    assert wrong == {}
    counts = Counter("code" in one for one in found)
    assert counts[False] > 50, "the corpus has files that load"
    assert counts[True] > 500


def test_javascript_makes_of_every_file_what_python_makes(in_node: list[Json]) -> None:
    cases, ours = (*damaged(), *edited(), *timed()), (*in_python(), *timed_in_python())
    other = {
        case.name: (mine, theirs)
        for case, mine, theirs in zip(cases, ours, in_node, strict=True)
        if mine != theirs
    }
    assert other == {}


def test_the_corpus_reaches_every_check() -> None:
    reached = {one["code"] for one in (*in_python(), *timed_in_python()) if "code" in one}
    assert reached == set(REFUSALS) - {"other-sha256"}


def test_messages_stay_short() -> None:
    messages = [one["message"] for one in (*in_python(), *timed_in_python()) if "message" in one]
    assert max(map(len, messages)) < LONGEST_MESSAGE
    assert any("…" in message for message in messages)


def test_both_lists_of_checks_are_one() -> None:
    reader = json.dumps((WEB / "artifact.js").as_uri())
    script = f"""
        import {{ REFUSALS }} from {json.dumps((WEB / "refusals.js").as_uri())};
        import {{ SHARED, LABEL, TIMELINE, RANGES }} from {reader};
        console.log(JSON.stringify([REFUSALS, SHARED, LABEL, TIMELINE, RANGES]));
    """
    found = [list(table.items()) for table in json.loads(evaluate(script))]
    ours = (REFUSALS, SHARED, LABEL, TIMELINE, RANGES)
    assert found == [
        [(k, v if isinstance(v, str) else list(v)) for k, v in table.items()] for table in ours
    ]


def test_the_page_for_writers_of_evaluators_lists_every_check() -> None:
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    section = page.split("## What to check", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", section)) == set(REFUSALS)


@pytest.mark.parametrize("value", [0.1, 1.0, -2.5, 1e-7, 0.0001, 1e15, 1e16, 123456.75, 3e-45])
def test_numbers_are_shown_alike(value: float) -> None:
    error = bad_artifact("tensor-range", name="x", value=value, where=[0], low=0.0, high=1.0)
    script = f"""
        import {{ badArtifact }} from {json.dumps((WEB / "refusals.js").as_uri())};
        const values = {{ name: "x", value: {value!r}, where: [0], low: 0, high: 1 }};
        console.log(badArtifact("tensor-range", values).message);
    """
    assert evaluate(script).strip() == str(error)


def test_every_release_loads_as_it_was_written() -> None:
    released = sorted(RELEASES.glob("*/*.safetensors"))
    assert len(released) > 1
    for path in released:
        assert artifact_bytes(read_artifact(path)) == path.read_bytes()


def test_a_file_of_another_digest_is_not_loaded() -> None:
    pinned = hashlib.sha256(VECTOR).hexdigest()
    assert read_artifact(VECTOR, sha256=pinned).bank
    edits = [
        case
        for case, one in zip(edited(), in_python()[len(damaged()) :], strict=True)
        if "faces" in one and case.data != VECTOR
    ]
    for case in edits:
        with pytest.raises(ArtifactError, match="its sha256 is") as caught:
            read_artifact(case.data, sha256=pinned)
        assert caught.value.code == "other-sha256"


def test_the_digest_is_checked_in_javascript_too(tmp_path: Path) -> None:
    (tmp_path / "bank").write_bytes(VECTOR)
    script = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ readArtifact }} from {json.dumps((WEB / "artifact.js").as_uri())};
        import {{ sha256 }} from {json.dumps((WEB / "sha256.js").as_uri())};
        const file = readFileSync({json.dumps(str(tmp_path / "bank"))});
        const digests = [];
        for (let size = 0; size < 200; size += 1) digests.push(sha256(file.subarray(3, 3 + size)));
        console.log(JSON.stringify(digests));
        readArtifact(file, {{ sha256: "{hashlib.sha256(VECTOR).hexdigest()}" }});
        try {{
          readArtifact(file, {{ sha256: "{"0" * 64}" }});
        }} catch (error) {{
          console.log(error.code);
        }}
    """
    digests, code = evaluate(script).splitlines()
    expected = [hashlib.sha256(VECTOR[3 : 3 + size]).hexdigest() for size in range(200)]
    assert json.loads(digests) == expected
    assert code == "other-sha256"


@pytest.mark.parametrize(
    "name", ["tensor 'n", "metric of 0", "bank.parting of shape [1, 1", "support 1e-45"]
)
def test_the_command_says_what_is_wrong_with_a_file(name: str, tmp_path: Path) -> None:
    case = next(case for case in edited() if case.name.startswith(f"vector: {name}"))
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(case.data)
    said = ended(2, "face", path, "label0")
    assert said.stdout == ""
    assert "damaged.safetensors: " in said.stderr
    assert "defect" not in said.stderr
    assert len(said.stderr) < LONGEST_MESSAGE + len(str(path))
