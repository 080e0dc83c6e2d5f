"""docs/evaluator.md is true: its program gives the bits of the vector, which the compiler made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.child import finished, installed
from tests.test_timed_vector_mutants import sampled

from mien.artifact.read import read_artifact
from mien.conformance.timed_vector import bits
from mien.conformance.vector import FOLDER, vector_files

Program = dict[str, Callable[..., Any]]


@pytest.fixture(scope="module")
def program() -> Program:
    """The functions of the page's Python block."""
    page = (FOLDER / "evaluator.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: Program = {}
    exec(compile(source, "evaluator.md", "exec"), names)  # noqa: S102 - our own page
    return names


@pytest.fixture(scope="module")
def vector() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "vector.json").read_bytes())
    return loaded


def as_bits(face: list[np.float32]) -> list[str]:
    assert all(type(weight) is np.float32 for weight in face)
    return bits(np.array(face, dtype=np.float32))


def test_the_vector_on_disk_is_what_the_compiler_says_now() -> None:
    for name, data in vector_files().items():
        assert (FOLDER / name).read_bytes() == data, f"{name}: python -m mien.conformance.vector"


def test_the_page_s_program_gives_the_vector_s_bits(
    program: Program, vector: dict[str, list[dict[str, Any]]]
) -> None:
    bank = program["read"](FOLDER / "vector.safetensors")
    for q in vector["faces"]:
        found = program["face"](bank, q["label"], q["vad"], q["style"], q["speech"])
        assert as_bits(found) == q["expected"]
    for q in vector["mixtures"]:
        found = program["mixture"](bank, q["weights"], q["vad"], q["speech"])
        assert as_bits(found) == q["expected"]
    for q in vector["intensities"]:
        assert as_bits(program["point"](bank, q["label"], q["intensity"])) == q["expected"]
    for q in vector["compositions"]:
        below = [np.float32(weight) for weight in q["face"]]
        assert as_bits(program["compose"](bank, below, q["visemes"])) == q["expected"]


def test_the_page_s_program_gives_the_bits_of_labels_in_time(program: Program) -> None:
    bank = program["read"](FOLDER / "timed.safetensors")
    queries = json.loads((FOLDER / "timed.json").read_bytes())["times"]
    assert {query["sequence"] for query in queries} == {None, "held", "there"}
    for q in queries:
        parts = sampled(program, bank, q)
        for part, found in zip(("gain", "offset", "head", "gaze"), parts, strict=True):
            assert as_bits(found) == q[part], q
        below = [np.float32(weight) for weight in q["face"]]
        assert as_bits(program["timed"](bank, below, *parts[:2])) == q["expected"]


def test_the_vector_in_time_reaches_every_easing_and_kind_of_curve() -> None:
    tables = read_artifact(FOLDER / "timed.safetensors")
    first, second, third = (table.timeline for table in tables.labels)
    assert first is not None
    assert second is not None
    assert third is None
    assert set(first.key_easings.tolist()) == {0, 1, 2, 3, 4}
    targets = set(first.tracks[:, 1].tolist())
    channels = len(tables.channels)
    assert {0, channels, *range(channels + 1, channels + 6)} <= targets
    assert (first.clips[:, 2] > 0).any()
    assert first.timing[1] >= 0
    assert second.timing[1] == -1


def test_the_vector_asks_for_styles_speech_and_more_than_one_label(
    vector: dict[str, list[dict[str, Any]]],
) -> None:
    assert any(q["style"] for q in vector["faces"])
    assert any(0 < q["speech"] < 1 for q in vector["faces"])
    assert any(len(q["weights"]) > 1 for q in vector["mixtures"])
    assert len(vector["intensities"]) > 4
    assert len(vector["compositions"]) > 4


def test_the_vector_reaches_what_is_easy_to_get_wrong(
    vector: dict[str, list[dict[str, Any]]],
) -> None:
    tables = read_artifact(FOLDER / "vector.safetensors")
    assert not (tables.metric == 1).any()
    assert any(len(q["weights"]) > 2 for q in vector["mixtures"])
    words = [int(word, 16) for q in vector["faces"] for word in q["expected"]]
    assert sum(0 < word < 1 << 23 for word in words) > 100, "subnormal numbers"
    under = set(tables.ceilings[:, 1].tolist())
    assert under & set(tables.pairs.ravel().tolist()), "a ceiling under an antagonist"
    seals = dict(zip(tables.sealing.tolist(), tables.sealing_levels.tolist(), strict=True))
    partly = [
        q for q in vector["compositions"] if any(0 < q["visemes"][c] < seals[c] for c in seals)
    ]
    assert len(partly) > 10
    assert sum(path.stat().st_size for path in FOLDER.glob("vector.*")) < 300_000


def test_the_program_refuses_what_is_outside_the_cube(program: Program) -> None:
    bank = program["read"](FOLDER / "vector.safetensors")
    with pytest.raises(ValueError, match="VAD"):
        program["face"](bank, "label0", (0.0, float("nan"), 0.0))


def test_the_modules_of_the_page_pass_their_own_tests_in_node() -> None:
    node = installed("node")
    script = Path(__file__).with_name("evaluator.test.mjs")
    finished([node, "--test", script])
