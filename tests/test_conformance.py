"""One set of queries, the same bits everywhere; and a harness that would notice otherwise."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.child import finished

from mien.bank import Bank
from mien.conformance.__main__ import command
from mien.conformance.banks import Stream, generated_bank
from mien.conformance.compare import ARTIFACT, KINDS, Difference, columns_of, compare_bank, digest
from mien.conformance.evaluate import NUMPY, results
from mien.conformance.implementations import (
    ConformanceError,
    Implementation,
    quick_implementations,
    run,
)
from mien.conformance.performances import performances_of, scores, takes
from mien.conformance.queries import load_queries, make_queries, save_queries
from mien.conformance.suite import Comparison
from mien.conformance.timed_bank import with_timelines
from mien.engine.registry import get_engine
from mien.engine.tables import F32, Tables


@pytest.fixture(scope="module")
def tables() -> Tables:
    return get_engine(1).compile_tables(with_timelines(generated_bank(3, labels=3), Stream(3)))


@cache
def answers(tables: Tables, count: int) -> Mapping[str, F32]:
    bank = Bank(tables)
    performances = performances_of(bank, "conformance", 1)
    return {
        **results(tables, make_queries(tables, 40, 7).first(count), NUMPY, 1),
        "scores": scores(bank, performances),
        "takes": takes(bank, performances),
    }


def evaluated(tables: Tables, folder: Path, count: int) -> Path:
    """A folder of results of ``tables`` as an implementation would leave it."""
    folder.mkdir(parents=True)
    for kind, faces in answers(tables, count).items():
        (folder / kind).write_bytes(faces.tobytes())
    (folder / ARTIFACT).write_bytes(b"artifact")
    return folder


def compared(tables: Tables, expected: Path, found: Path) -> Difference | None:
    return compare_bank("other", expected, found, channels=tables.channels, compiles=True)


def test_the_quick_half_agrees(tmp_path: Path) -> None:
    ended = finished(
        [sys.executable, "-m", "mien.conformance", "--quick", "--keep", str(tmp_path / "run")]
    )
    lines = ended.stdout.splitlines()
    assert lines[-1] == "all settings agree, bit for bit"
    assert all(any(line.startswith(r.name) for line in lines) for r in quick_implementations())
    assert any(line.startswith("node") for line in lines) == bool(shutil.which("node"))
    assert (tmp_path / "run" / "queries" / "generated-1").is_dir()


def test_equal_results_have_no_difference(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    assert compared(tables, expected, found) is None
    assert digest([expected], [found]) == digest([found], [found])


def test_the_first_of_the_queries_is_enough(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 5)
    assert compared(tables, expected, found) is None
    assert digest([expected], [found]) == digest([found], [found])


@pytest.mark.parametrize("kind", KINDS)
def test_one_flipped_bit_is_found_and_named(tables: Tables, tmp_path: Path, kind: str) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    names = columns_of(kind, tables.channels)
    data = bytearray((found / kind).read_bytes())
    data[4 * (len(names) + 2)] ^= 1
    (found / kind).write_bytes(bytes(data))
    difference = str(compared(tables, expected, found))
    assert difference.startswith(f"other: bank: {kind}: query 1, {names[2]}: expected ")
    assert difference.endswith("(1 weights differ)")


def test_minus_zero_is_not_zero(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    faces = np.fromfile(found / "faces", np.float32)
    first = int(np.flatnonzero(faces == 0)[0])
    faces[first] = -0.0
    faces.tofile(found / "faces")
    assert "0x80000000" in str(compared(tables, expected, found))


def test_who_plays_cues_has_no_takes(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    (found / "takes").unlink()
    names = tables.channels
    assert (
        compare_bank("game", expected, found, channels=names, compiles=True, performs=False) is None
    )
    (found / "scores").write_bytes(b"")
    difference = compare_bank(
        "game", expected, found, channels=names, compiles=True, performs=False
    )
    assert "scores: 0 results" in str(difference)


def test_no_results_at_all_is_a_difference(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    (found / "faces").write_bytes(b"")
    assert "0 results of 40 queries" in str(compared(tables, expected, found))


def test_other_artifact_bytes_are_a_difference(tables: Tables, tmp_path: Path) -> None:
    expected = evaluated(tables, tmp_path / "a" / "bank", 40)
    found = evaluated(tables, tmp_path / "b" / "bank", 40)
    (found / ARTIFACT).write_bytes(b"artefact")
    assert "artifact has other bytes" in str(compared(tables, expected, found))


def test_a_failing_implementation_is_named_with_its_last_words(tmp_path: Path) -> None:
    broken = (sys.executable, "-c", "raise SystemExit('no way')")
    implementation = Implementation(name="broken", command=broken)
    with pytest.raises(ConformanceError, match=r"broken failed with exit code 1:\nno way"):
        run(implementation, tmp_path, tmp_path / "results")


def test_a_folder_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--quick", "--keep", str(tmp_path)])
    assert result.exit_code == 2
    assert "exists" in result.output


def test_a_difference_ends_with_exit_code_1_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    difference = Difference(implementation="odd", bank="default", what="faces: query 3")
    result = Comparison(
        implementation="odd",
        faces=9,
        digest="aa",
        expected="bb",
        artifacts="cc",
        seconds=1.0,
        differences=(difference,),
    )

    def differing(*_: object, quick: bool) -> list[Comparison]:
        return [result]

    def none_built(_: Path) -> tuple[Implementation, ...]:
        return ()  # nothing is run, so nothing need be built

    monkeypatch.setattr("mien.conformance.suite.conformance", differing)
    for language in ("c", "csharp"):
        built = f"mien.conformance.implementations.{language}_implementations"
        monkeypatch.setattr(built, none_built)
    ended = CliRunner().invoke(command, ["--quick"])
    assert ended.exit_code == 1
    assert "DIFFERENT" in ended.output
    assert "odd: default: faces: query 3" in ended.output


def test_queries_survive_their_files(tables: Tables, tmp_path: Path) -> None:
    queries = make_queries(tables, 30, 5)
    save_queries(queries, tmp_path)
    loaded = load_queries(tmp_path, tables)
    assert loaded.face_vads.tobytes() == queries.face_vads.tobytes()
    assert loaded.intensity_values.tobytes() == queries.intensity_values.tobytes()
    assert loaded.mixture_weights.tobytes() == queries.mixture_weights.tobytes()
    assert loaded.visemes.shape == queries.visemes.shape


def test_queries_reach_anchors_plateaus_and_the_far_corners() -> None:
    tables = get_engine(1).compile_tables(generated_bank(3))
    queries = make_queries(tables, 2000, 1)
    anchors = np.concatenate([label.anchors for label in tables.labels])
    on_anchor = (queries.face_vads[:, None, :] == anchors).all(axis=2).any(axis=1)
    at_edge = (np.abs(queries.face_vads) == 1).all(axis=1)
    tiny = (queries.face_vads != 0) & (np.abs(queries.face_vads) < 1e-38)
    assert on_anchor.sum() > 100
    assert at_edge.sum() > 5
    assert tiny.any()
    assert (queries.mixture_weights.sum(axis=1) == 1).all()


def test_the_stream_is_splitmix64() -> None:
    """The first outputs of the published algorithm for seed 1234567."""
    stream = Stream(1234567)
    assert [stream.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.parametrize("seed", range(1, 9))
def test_generated_banks_differ_and_compile(seed: int) -> None:
    tables = get_engine(1).compile_tables(generated_bank(seed))
    assert tables.bank == f"generated{seed}"
    assert 3 <= len(tables.intensities) <= 20
    assert len(tables.channels) >= 5
