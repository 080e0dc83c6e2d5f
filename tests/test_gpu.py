"""What is compiled where there is a GPU is what a training runs, and gives the same."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import torch
from torch import Tensor

import mien
from mien_trainer.lips.touching import contact_shapes
from mien_trainer.model.net import FaceNet
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import read_manifest
from mien_trainer.train.anchor_snap import anchor_targets, surface_targets
from mien_trainer.train.clips import unpack_clips
from mien_trainer.train.config import find_config, read_config
from mien_trainer.train.objective import Objective
from mien_trainer.train.processes import compile_for_gpu
from mien_trainer.train.sampler import BatchSampler

Pass = Callable[[Tensor, Tensor], object]


@pytest.mark.filterwarnings("ignore:.*(CUDA|cuda).*:UserWarning")
def test_a_training_runs_the_passes_that_are_compiled(
    made_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def compiled(one: Pass) -> Pass:
        def noted(*given: Tensor) -> object:
            ran.append(one.__name__)
            return one(*given)

        return noted

    monkeypatch.setattr("torch.compile", compiled)
    bank, config = mien.load("default"), read_config(find_config("tiny"))
    clips = unpack_clips(made_up, read_manifest(made_up), Split.TRAIN, made_up)
    lessons = anchor_targets(bank, bank.labels), surface_targets(bank, bank.labels, 0)
    batch = BatchSampler(config, clips, *lessons, bank.channels).batch(1)
    objective = Objective(config.losses, config.class_weights, bank.tables, torch.device("cpu"))
    torch.manual_seed(0)
    model = FaceNet(config.model, range(19), contact_shapes(bank.channels))
    plain, _ = objective(model, batch)
    compile_for_gpu(model)
    loss, _ = objective(model, batch)
    assert ran == ["teacher_forced", "last_frame", "last_frame", "last_frame"]
    torch.testing.assert_close(loss, plain)
