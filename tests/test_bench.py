"""The bench measures what it says: peers that compute the same, or an error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from tests.program import ended

from mien.bench import BenchError
from mien.bench.faces import Faces, check_peers, face_rows, make_peers, random_queries
from mien.bench.numpy_peers import naive_faces
from mien.bench.performance import performance_rows
from mien.bench.report import Better, Row, as_svg, as_table
from mien.bench.stream import stream_rows
from mien.bench.suite import compile_rows
from mien.bench.timing import medians
from mien.bench.torch_peer import BLOCK, TorchPipeline, has_torch
from mien.conformance.banks import generated_bank
from mien.engine.registry import get_engine
from mien.engine.tables import F32, I32, Tables


@pytest.fixture(scope="module")
def tables() -> Tables:
    return get_engine(1).compile_tables(generated_bank(12, channels=52, labels=4, intensities=3))


def test_every_peer_computes_our_faces(tables: Tables) -> None:
    peers = make_peers(tables)
    assert len(peers) == (6 if has_torch() else 5)
    check_peers(tables, peers)


@pytest.mark.skipif(not has_torch(), reason="PyTorch is not installed")
def test_torch_computes_every_batch(tables: Tables) -> None:
    peer = TorchPipeline(tables)
    for count in (0, 1, 3, BLOCK * 5):
        labels, vads = random_queries(tables, count)
        found = peer.faces(labels, vads)
        assert found.shape == (count, 52)
        assert np.allclose(found, naive_faces(tables, labels, vads), rtol=0, atol=1e-5)


def test_without_torch_the_bench_goes_on(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.bench.faces.has_torch", lambda: False)
    names = {row.name for row in face_rows(tables, (3,), rounds=1)}
    assert "faces / numpy, as written" in names
    assert "faces / torch" not in names


def test_a_peer_that_is_off_by_little_is_refused(tables: Tables) -> None:
    def off(faces: Faces) -> Faces:
        def perturbed(labels: I32, vads: F32) -> F32:
            found = faces(labels, vads)
            found[17, 3] += np.float32(3e-5)
            return found

        return perturbed

    for name, faces in make_peers(tables).items():
        with pytest.raises(BenchError, match="does not compute the same faces: they differ by"):
            check_peers(tables, {name: off(faces)})


def test_a_peer_that_gives_nan_is_refused(tables: Tables) -> None:
    def nothing(labels: I32, vads: F32) -> F32:
        return np.full((len(labels), len(tables.channels)), np.nan, dtype=np.float32)

    with pytest.raises(BenchError, match="nan"):
        check_peers(tables, {"nothing": nothing})


def test_rows_of_small_batches(tables: Tables) -> None:
    rows = list(face_rows(tables, (1, 7), rounds=1))
    assert {row.batch for row in rows} == {1, 7}
    assert all(row.ours > 0 and row.peer > 0 for row in rows)
    dense = {row.name: row for row in rows if row.batch == 7}
    ways = ("faces / RBFInterpolator, dense", "faces / cdist, dense")
    assert dense["faces / scipy, dense"].peer == min(dense[way].peer for way in ways)
    assert "faces / row writes" in dense


def test_compile_cost_has_time_and_memory() -> None:
    rows = list(compile_rows((1, 2)))
    assert [(row.batch, row.unit) for row in rows] == [(1, "s"), (1, "MiB"), (2, "s"), (2, "MiB")]
    assert rows[0].ratio == 1.0
    assert all(row.ratio > 0 for row in rows)


def test_a_minute_is_performed_in_less(tables: Tables) -> None:
    (row,) = performance_rows(tables, rounds=1)
    assert row.peer == 60.0
    assert row.better is Better.HIGHER
    assert row.ours > 0.0


def test_sending_has_a_row_for_each_protocol() -> None:
    rows = list(stream_rows(2, rounds=1))
    assert [row.name for row in rows] == [
        f"send 2 characters by {one} / one core" for one in ("VMC", "Live Link", "iFacialMocap")
    ]
    assert all(row.ratio == row.ours > 0.0 for row in rows)


def test_the_ratio_reads_as_it_should() -> None:
    assert Row(name="a", batch=1, ours=1.0, peer=15.0).ratio == 15.0
    assert Row(name="a", batch=0, ours=6.0, peer=2.0, better=Better.LOWER).ratio == 3.0


def test_competitors_take_turns() -> None:
    order: list[str] = []

    def slow(name: str) -> Any:  # noqa: ANN401 - any callable
        def work() -> None:
            order.append(name)
            sum(range(300_000))

        return work

    took = medians({"a": slow("a"), "b": slow("b")}, rounds=4)
    assert set(took) == {"a", "b"}
    turns = [
        name for position, name in enumerate(order) if position == 0 or order[position - 1] != name
    ]
    assert turns[-8:] == ["a", "b"] * 4


def test_the_report_and_the_picture_show_every_peer() -> None:
    rows = [
        Row(name="faces / scipy, dense", batch=batch, ours=1e-6 * batch, peer=2e-5 * batch)
        for batch in (1, 1000)
    ]
    table = as_table([*rows, Row(name="memory", batch=2, ours=80, peer=79, unit="MiB")])
    assert "20 x" in table
    assert "80 MiB" in table
    picture = as_svg(rows)
    ET.fromstring(picture)  # noqa: S314 - our own text
    assert "scipy, dense" in picture
    assert ">ours<" in picture
    assert re.findall(r'<g id="([^"]*scipy[^"]*|ours)">', picture) == ["ours", "scipy, dense"]
    assert as_svg(rows) == picture, "the same rows, the same text"
    ET.fromstring(as_svg([]))  # noqa: S314 - our own text


def test_the_picture_is_not_the_readers_own_style(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A matplotlibrc that asks for a font that is not there is complained of line by line."""
    from matplotlib import rcParams

    rows = [Row(name="faces / torch", batch=batch, ours=1e-6, peer=2e-5) for batch in (1, 10)]
    picture = as_svg(rows)
    monkeypatch.setitem(rcParams, "font.family", ["Nowhere"])
    assert as_svg(rows) == picture
    assert "findfont" not in caplog.text


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*_: object) -> Iterator[Row]:
        yield Row(name="faces / scipy, dense", batch=1000, ours=1.0, peer=20.0)

    monkeypatch.setattr("mien.bench.suite.measure", measure)


@pytest.mark.usefixtures("few_rows")
def test_the_command_writes_json_and_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "bench.svg"
    (row,) = json.loads(ended(0, "bench", "--format", "json", "--plot", picture).stdout)
    assert {"name", "batch", "ours", "peer", "ratio"} <= set(row)
    assert row["ratio"] == 20.0
    ET.parse(picture)  # noqa: S314 - our own text


@pytest.mark.usefixtures("few_rows")
def test_without_matplotlib_a_plot_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = ended(1, "bench", "--plot", tmp_path / "bench.svg")
    assert "Error: the plot is drawn by matplotlib: pip install 'mien[bench]'" in said.stderr
    assert said.stdout == ""
    assert not list(tmp_path.iterdir())


def test_without_scipy_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.interpolate", None)
    assert "pip install 'mien[bench]'" in ended(1, "bench", "--quick").stderr
