"""Readings: what is wrong with them, at line and column, and what ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.program import ended

import mien
from mien import resources
from mien.reading.readings import check_readings, find_readings, read_readings, shipped_readings

TINY = str(Path(__file__).parent / "banks" / "tiny")
HEAD = f"schema: mien/readings/1\nbank: {TINY}\ncorpora:\n  forum:\n"


def faults(path: Path) -> list[str]:
    readings = read_readings(path)
    found = check_readings(readings, mien.load(readings.bank).labels)
    return [f"{one.place.line}:{one.place.column} {one.code}: {one.message}" for one in found]


def written(folder: Path, body: str) -> Path:
    path = folder / "readings.yaml"
    path.write_text(HEAD + body, "utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "    happy: {glad: 0.5}\n    dull: {calm: 1}\n",
            ["5:12 readings-sum: the weights sum to 0.5, expected 1"],
        ),
        (
            "    happy: {glat: 1}\n    dull: {calm: 1}\n",
            ["5:13 unknown-label: the bank has no label 'glat'"],
        ),
        ("    happy: {glad: 1}\n", ["3:1 label-unread: nothing reads into calm"]),
    ],
)
def test_faults_are_said_at_their_place(tmp_path: Path, body: str, expected: list[str]) -> None:
    found = faults(written(tmp_path, body))
    assert found[: len(expected)] == expected
    unread = {"nothing reads into cross"} - {one.partition("unread: ")[2] for one in found}
    assert not unread


@pytest.mark.parametrize("name", shipped_readings())
def test_shipped_readings_fit_their_bank(name: str) -> None:
    assert faults(find_readings(name, Path())) == []


def test_shipped_readings_name_their_schema() -> None:
    for path in (resources.presets() / "readings").glob("*.yaml"):
        head = path.read_text("utf-8").partition("\n")[0]
        assert (path.parent / head.partition("$schema=")[2]).resolve().is_file()


def test_the_command_checks(tmp_path: Path) -> None:
    assert "caring 1" in ended(0, "readings", "check", "default").stdout
    path = written(tmp_path, "    happy: {glad: 0.5}\n")
    found = json.loads(ended(1, "readings", "check", path, "--format", "json").stdout)
    assert "readings-sum" in {one["code"] for one in found["faults"]}
    assert "no readings" in ended(2, "readings", "check", tmp_path / "none.yaml").stderr
    path.write_text(HEAD + "    happy: {glad: much}\n", "utf-8")
    ended(1, "readings", "check", path)
