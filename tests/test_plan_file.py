"""A score as a table of numbers, and what the players of games make of it."""

from __future__ import annotations

import hashlib
import shutil
import struct
from pathlib import Path

import pytest
from tests.child import finished
from tests.plan_corpus import PlanCase, bank, plan_cases
from tests.program import ended
from tests.test_c_header import built
from tests.test_csharp import FOLDER as CSHARP
from tests.test_csharp import printed

import mien
from mien.artifact.write import artifact_bytes, metadata
from mien.performance.clock import FRAME
from mien.scores.prepare import prepare
from mien.scores.read import read_score

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "score.plan"
SCORE = """schema: mien/score/1
bank: default@1.1.0
seconds: 4
start: {label: joy, at: low}
cues:
  - {time: 0.1, label: interest, style: curious, transition: 0.5}
  - {time: 1.2, label: {joy: 0.6, surprise: 0.4}, at: high}
  - {time: 2.5, label: sadness, intensity: 0.75, strength: 0.8, transition: 0.7}
gaze:
  - {time: 0.8, look: left}
  - {time: 2, look: [10, 12], head: 0.6}
"""


@pytest.fixture
def score(tmp_path: Path) -> Path:
    path = tmp_path / "line.yaml"
    path.write_text(SCORE, "utf-8")
    return path


def test_the_golden_plan(score: Path) -> None:
    """`mien score plan` writes it anew where it is stale."""
    said = ended(0, "score", "plan", score).stdout
    assert "line.plan: 240 frames of default 1.1.0" in said
    assert score.with_suffix(".plan").read_bytes() == GOLDEN.read_bytes()


def test_its_numbers_are_those_that_the_page_describes(score: Path) -> None:
    plan = prepare(read_score(score)).plan
    data = GOLDEN.read_bytes()
    tables = mien.load("default@1.1.0").tables
    assert struct.unpack_from("<8sI", data) == (b"mienplan", 1)
    assert data[16:80].decode() == metadata(tables)["checksum"]
    assert data[-32:] == hashlib.sha256(data[:-32]).digest()
    (count,) = struct.unpack_from("<I", data, 12)
    numbers = iter(struct.unpack_from(f"<{count}d", data, 80))
    frames, turns, moves, eyes, heads = (int(next(numbers)) for _ in range(5))
    assert (frames, turns, moves, eyes, heads) == (plan.frames, 1, 1 + 3 + 1, 1 + 2 + 1, 1 + 2 + 1)
    read: list[tuple[float, float, tuple[float, float, float], dict[tuple[int, int], float]]] = []
    for _ in range(moves):
        start, length, v, a, d, sequence, _, shares = (next(numbers) for _ in range(8))
        weights: dict[tuple[int, int], float] = {}
        for _ in range(int(shares)):
            label, style = int(next(numbers)), int(next(numbers))
            weights[(label, style)] = next(numbers)
        assert sequence == -1
        read.append((start, length, (v, a, d), weights))
    last = 239 * FRAME
    expected = [(0, 0, plan.first), *((one.start, one.length, one.pose) for one in plan.moves)]
    assert read[:-1] == [
        (start, length, pose.point, {slot[:2]: weight for slot, weight in pose.weights.items()})
        for start, length, pose in expected
    ]
    assert read[-1] == (last - 30 * FRAME, 30 * FRAME, (0.0, 0.0, 0.0), {})
    turns_read = [tuple(next(numbers) for _ in range(4)) for _ in range(eyes + heads)]
    assert [turn[2:] for turn in turns_read[:eyes]] == [(0, 0), (-20, 0), (10, 12), (0, 0)]
    assert turns_read[1][0] == 48000
    assert next(numbers, None) is None


def test_it_goes_where_it_is_told(score: Path, tmp_path: Path) -> None:
    ended(0, "score", "plan", score, "-o", tmp_path / "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == GOLDEN.read_bytes()
    ended(0, "score", "plan", score, "--bank", "default@1.0.0")
    assert score.with_suffix(".plan").read_bytes() != GOLDEN.read_bytes()


def test_a_score_with_faults_has_no_plan(score: Path) -> None:
    score.write_text(SCORE.replace("label: sadness", "label: sadnes"), "utf-8")
    ended(2, "score", "plan", score)
    assert not score.with_suffix(".plan").exists()


def corpus(folder: Path) -> tuple[PlanCase, ...]:
    cases = plan_cases()
    (folder / "bank").write_bytes(artifact_bytes(bank().tables))
    (folder / "sizes.txt").write_text("\n".join(str(len(case.data)) for case in cases))
    (folder / "corpus.bin").write_bytes(b"".join(case.data for case in cases))
    return cases


def other(cases: tuple[PlanCase, ...], found: list[str]) -> dict[str, tuple[str, str]]:
    return {
        case.name: (case.expected, one)
        for case, one in zip(cases, found, strict=True)
        if case.expected != one
    }


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_the_player_in_c_plays_right_plans_and_refuses_all_others(tmp_path: Path) -> None:
    """Under sanitizers, as are calls that a game gets wrong, and cues that come one by one."""
    cases = corpus(tmp_path)
    checks = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    program = built(tmp_path / "plans", HERE / "plan_corpus.c", checks, standard="gnu99")
    done = finished([program, tmp_path / "bank", tmp_path])
    lines = done.stdout.splitlines()
    assert (other(cases, lines[:-1]), lines[-1]) == ({}, "done")


@pytest.mark.skipif(
    shutil.which("mcs") is None or shutil.which("mono") is None,
    reason="Mono (mcs and mono) is not installed",
)
def test_the_player_in_csharp_does_so_too(tmp_path: Path) -> None:
    cases = corpus(tmp_path)
    sources = (CSHARP / "Mien.cs", HERE / "plan_corpus.cs")
    lines = printed(tmp_path / "plans.exe", sources, tmp_path / "bank", tmp_path)
    assert (other(cases, lines[:-1]), lines[-1]) == ({}, "True")
