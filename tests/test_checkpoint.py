"""Checkpoints: whole or not at all, no pickles, and a training that goes on bit for bit."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from attrs import evolve
from tests.training.watch import Watch

import mien
from mien.artifact.container import pack, unpack
from mien_trainer.fault import TrainerError
from mien_trainer.train.checkpoint import (
    checkpoint_bytes,
    load_checkpoint,
    load_progress,
    save_checkpoint,
)
from mien_trainer.train.checkpoint_file import BEST, LAST, CheckpointError
from mien_trainer.train.config import TrainConfig, config_text, find_config, read_config
from mien_trainer.train.log import NAME as LOG
from mien_trainer.train.loop import Run, train

BANK = mien.load("default")
TINY = read_config(find_config("tiny"))
SHORT = evolve(TINY, steps=24, intervals=evolve(TINY.intervals, validate=8, checkpoint=4))
PATIENCE = 120.0

Document = dict[str, Any]


@pytest.fixture(scope="module")
def trained(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short training. Not to be changed."""
    out = tmp_path_factory.mktemp("trained")
    train(Run(config=SHORT, data=made_up, out=out), Watch())
    return out


def changed(path: Path, change: Callable[[Document], None]) -> None:
    """Rewrite what a checkpoint says about itself."""
    tensors, text = unpack(path.read_bytes())
    document = json.loads(text)
    change(document)
    path.write_bytes(pack(tensors, json.dumps(document)))


def test_a_checkpoint_comes_back_as_it_was(trained: Path, tmp_path: Path) -> None:
    found, progress = load_progress(trained / LAST)
    assert found.metadata.step == SHORT.steps
    assert found.metadata.config == SHORT
    assert (found.metadata.bank, found.metadata.version) == (BANK.id, BANK.version)
    assert found.metadata.artifact == BANK.digest
    assert found.metadata.channels == BANK.channels
    assert set(progress.optimizer) == {name for name, _ in found.model.named_parameters()}
    save_checkpoint(tmp_path / "again.safetensors", found.metadata, found.model)
    again = load_checkpoint(tmp_path / "again.safetensors")
    assert again.metadata == found.metadata
    for name, tensor in found.model.state_dict().items():
        assert (
            tensor.detach().numpy().tobytes()
            == again.model.state_dict()[name].detach().numpy().tobytes()
        )


def test_the_same_checkpoint_gives_the_same_bytes(trained: Path) -> None:
    found = load_checkpoint(trained)
    assert checkpoint_bytes(found.metadata, found.model) == checkpoint_bytes(
        found.metadata, found.model
    )


def test_the_best_of_a_folder_is_taken(trained: Path) -> None:
    best = load_checkpoint(trained)
    assert best.metadata.best == best.metadata.score
    assert best.metadata == load_checkpoint(trained / BEST).metadata
    assert not best.model.training
    faces = best.model.clip(
        torch.tensor(np.zeros((1, 3, 80)), dtype=torch.float32),
        torch.tensor(np.zeros((1, 3, 19)), dtype=torch.float32),
    )
    assert not faces.requires_grad


def test_the_best_holds_a_network_only(trained: Path) -> None:
    with pytest.raises(CheckpointError, match="holds a network only; --start begins a new"):
        load_progress(trained / BEST)


def test_any_other_library_reads_it(trained: Path) -> None:
    safetensors = cast("Any", importlib.import_module("safetensors"))
    with safetensors.safe_open(trained / BEST, "np") as file:
        assert {name.split(".")[0] for name in file.keys()} == {"model"}  # noqa: SIM118 (no mapping)
        assert json.loads(file.metadata()["mien"])["schema"] == "mien/checkpoint/2"


@pytest.mark.parametrize("keep", [0, 5, 100, 4000, -1])
def test_a_damaged_file_is_refused_in_words(trained: Path, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes((trained / BEST).read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"cut\.safetensors: not a checkpoint of mien's: "):
        load_checkpoint(path)


def other_schema(document: Document) -> None:
    document["schema"] = "mien/checkpoint/3"


def no_artifact(document: Document) -> None:
    del document["artifact"]


def extra_key(document: Document) -> None:
    document["extra"] = 1


def other_width(document: Document) -> None:
    document["config"]["model"]["width"] = 17


def other_labels(document: Document) -> None:
    document["labels"] = ["joy"]


def other_targets(document: Document) -> None:
    document["data"] = "e" * 64


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_schema, "found mien/checkpoint/3, expected mien/checkpoint/2"),
        (no_artifact, "required field missing"),
        (extra_key, "extra fields found"),
        (other_width, "its tensors are not its network's"),
        (other_labels, "the bank has no label neutral"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    trained: Path, tmp_path: Path, change: Callable[[Document], None], said: str
) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes((trained / BEST).read_bytes())
    changed(path, change)
    with pytest.raises(TrainerError, match=said):
        load_checkpoint(path)


def test_a_crash_while_writing_keeps_the_old_one(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_checkpoint(trained)
    path = tmp_path / LAST
    save_checkpoint(path, found.metadata, found.model)
    before = path.read_bytes()

    def stop(*_: object) -> None:
        raise OSError("the power is gone")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(OSError, match="the power is gone"):
        save_checkpoint(path, evolve(found.metadata, step=99), found.model)
    assert path.read_bytes() == before


def test_stopped_and_resumed_is_the_same_as_straight_on(
    made_up: Path, trained: Path, tmp_path: Path
) -> None:
    class Stop(Watch):
        def stepped(self, step: int, loss: float) -> None:
            super().stepped(step, loss)
            if step == 14:
                raise KeyboardInterrupt

    run = Run(config=SHORT, data=made_up, out=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train(run, Stop())
    watch = Watch()
    train(evolve(run, resume=True), watch)
    assert min(watch.losses) == 13
    for name in (LOG, LAST, BEST):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes(), name


def test_killed_at_any_moment_and_resumed_is_the_same(
    made_up: Path, trained: Path, tmp_path: Path
) -> None:
    """SIGKILL, twice, wherever it hits; then to the end."""
    config = tmp_path / "config.yaml"
    config.write_text(config_text(SHORT), encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["run", str(config), "--data", str(made_up), "-o", str(out)]
    for lines in (6, 15):
        process = _start([*arguments, *(["--resume"] if lines > 6 else [])])
        _wait_for(process, out / LOG, lines)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert load_progress(out / LAST)[0].metadata.step >= 4
    (out / ".last.safetensors.mien-0123456789ab.tmp").write_bytes(b"half")
    last = _start([*arguments, "--resume"])
    assert last.wait(PATIENCE) == 0
    assert sorted(one.name for one in out.iterdir()) == sorted(
        ["best.safetensors", "config.yaml", "last.safetensors", "log.jsonl"]
    )
    for name in (LOG, LAST, BEST):
        assert (out / name).read_bytes() == (trained / name).read_bytes(), name


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (evolve(SHORT, steps=99), "this training has another steps: 24, not 99; start anew"),
        (evolve(SHORT, seed=5), "this training has another seed: 0, not 5; start anew"),
        (
            evolve(SHORT, losses=evolve(SHORT.losses, surface=0.5)),
            "another losses.surface: 1.0, not 0.5",
        ),
    ],
)
def test_only_the_same_training_is_resumed(
    made_up: Path, trained: Path, other: TrainConfig, said: str
) -> None:
    with pytest.raises(TrainerError, match=said):
        train(Run(config=other, data=made_up, out=trained, resume=True), Watch())


def test_other_targets_are_not_resumed_on(made_up: Path, trained: Path, tmp_path: Path) -> None:
    (tmp_path / LAST).write_bytes((trained / LAST).read_bytes())
    changed(tmp_path / LAST, other_targets)
    with pytest.raises(TrainerError, match=f"was on targets {'e' * 64}, now found [0-9a-f]{{64}}"):
        train(Run(config=SHORT, data=made_up, out=tmp_path, resume=True), Watch())


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mien.cli.main", "train", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _wait_for(process: subprocess.Popen[bytes], log: Path, lines: int) -> None:
    """Until the log has so many lines; a training that ends before is none to kill."""
    end = time.monotonic() + PATIENCE
    while not log.exists() or log.read_bytes().count(b"\n") < lines:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.002)
