"""What is compared differs in nothing but labels and snap, and a comparison goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

from attrs import asdict, evolve
from tests.program import ran

import mien
from mien_trainer.compare.trainings import SWEEP, settings
from mien_trainer.train.checkpoint import load_checkpoint
from mien_trainer.train.checkpoint_file import LAST
from mien_trainer.train.config import config_text, find_config, read_config

V3 = read_config(find_config("v3"))
TAUGHT = {"snap_silence", "snap_speech", "surface"}
"""The losses that the compiled bank teaches directly."""


def test_settings_differ_in_labels_and_snap_alone() -> None:
    found = {one.key: one for one in settings(V3)}
    assert found["label-snap"].config.losses == V3.losses
    for one in found.values():
        differing = {
            name
            for name, value in asdict(one.config.losses).items()
            if value != asdict(V3.losses)[name]
        }
        assert differing == (set() if one.snap == 1.0 else TAUGHT)
        assert one.config.losses.snap_silence == pytest.approx(V3.losses.snap_silence * one.snap)
        deaf = one.key.startswith("vad")
        assert one.config.conditioning.labels == (() if deaf else V3.conditioning.labels)
        back = evolve(
            one.config,
            name=V3.name,
            description=V3.description,
            losses=V3.losses,
            conditioning=V3.conditioning,
        )
        assert back == V3
    assert [one.snap for one in found.values()] == [0.0, 1.0, 0.0, 1.0, *SWEEP]


def test_a_comparison_trains_measures_draws_and_is_not_done_twice(
    made_up: Path, tmp_path: Path
) -> None:
    tiny = read_config(find_config("tiny"))
    file = tmp_path / "tiny.yaml"
    file.write_text(config_text(evolve(tiny, steps=2)), encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["compare", str(file), "--data", str(made_up), "-o", str(out), "--format", "json"]
    arguments += ["--seeds", "2", "--workers", "1", "--clips", "4"]

    first = ran("train", *arguments)
    assert first.exit_code == 0, first.output
    rows = json.loads(first.stdout)
    assert [row["key"] for row in rows] == [one.key for one in settings(tiny)]
    assert {row["seeds"] for row in rows} == {2}
    assert all(row["drift"] > 0.0 for row in rows)
    trained = sorted(path.parent.name for path in out.glob(f"*/{LAST}"))
    assert trained == sorted(f"{row['key']}-{seed}" for row in rows for seed in (0, 1))
    assert {load_checkpoint(out / name / LAST).metadata.step for name in trained} == {2}
    page = (out / "compare.html").read_text("utf-8")
    faces = 3 * len(mien.load("default").labels) * (1 + len(rows))
    assert page.count("<svg") == faces
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")

    times = [path.stat().st_mtime_ns for path in sorted(out.glob(f"*/{LAST}"))]
    again = ran("train", *arguments)
    assert again.stdout == first.stdout
    assert [path.stat().st_mtime_ns for path in sorted(out.glob(f"*/{LAST}"))] == times


def test_targets_of_nothing_are_refused_before_any_training(tmp_path: Path) -> None:
    arguments = ["compare", "tiny", "--data", str(tmp_path), "-o", str(tmp_path / "out")]
    done = ran("train", *arguments)
    assert "there is no such file" in done.output
    assert not list((tmp_path / "out").glob("*/*"))
