"""`mien train cost`: what a step takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

from attrs import evolve
from tests.program import ran

from mien_trainer.train.config import config_text, find_config, read_config
from mien_trainer.train.cost import Cost


def test_the_snap_is_a_share_of_drawing_and_learning() -> None:
    cost = Cost(steps=1, draw=0.01, learn=0.09, snapless=0.08)
    assert cost.snap == pytest.approx(0.1)
    assert evolve(cost, snapless=cost.learn).snap == 0.0


def test_it_tells_people_and_programs_and_keeps_nothing(made_up: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in made_up.glob("*.parquet")}
    arguments = ["cost", "tiny", "--data", str(made_up), "--steps", "2"]
    said = ran("train", *arguments)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("a step of tiny takes ")
    assert "the anchor snap is " in said.stdout
    values = json.loads(ran("train", *arguments, "--format", "json").stdout)
    assert set(values) == {"steps", "draw", "learn", "snapless", "snap"}
    assert values["steps"] == 2
    assert min(values["draw"], values["learn"], values["snapless"]) > 0.0
    assert {path: path.read_bytes() for path in made_up.glob("*.parquet")} == before


def test_what_cannot_be_timed_is_refused(made_up: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    tiny = read_config(find_config("tiny"))
    other.write_text(config_text(evolve(tiny, bank=str(tmp_path / "none"))), "utf-8")
    refused = ran("train", "cost", str(other), "--data", str(made_up))
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
    assert "none" in refused.output
