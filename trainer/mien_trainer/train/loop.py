"""The training: one loop."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from attrs import asdict, evolve, frozen

from mien.bank import Bank
from mien.release.exclusive import BusyError, exclusive
from mien.text.atomic import FULL, write_atomic
from mien_trainer.fault import TrainerError
from mien_trainer.model.net import FaceNet, features
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import manifest_digest, read_manifest
from mien_trainer.train.anchor_snap import BankTargets, anchor_targets, surface_targets
from mien_trainer.train.checkpoint import (
    Checkpoint,
    load_progress,
    new_metadata,
    new_model,
    restore,
    save_checkpoint,
)
from mien_trainer.train.checkpoint_file import BEST, LAST, CheckpointMetadata
from mien_trainer.train.clips import Clips, unpack_clips
from mien_trainer.train.config import Optimizer, TrainConfig, config_text, first_difference
from mien_trainer.train.log import Curves, Log
from mien_trainer.train.objective import Objective
from mien_trainer.train.processes import Processes, compile_for_gpu, make_reproducible, processes
from mien_trainer.train.sampler import Batch, BatchSampler
from mien_trainer.train.trust import check_data, trusted_bank
from mien_trainer.train.validation import Score, Validator

CONFIG = "config.yaml"
"""The training file with every value written out, in the folder of the training."""

_NORMAL_FRAMES = 50_000
_MIN_STD = 0.5


class DivergedError(TrainerError):
    """The loss or its gradient is no number any more; the message names step and clips."""


class Watcher(Protocol):
    """What is called as a training gets on."""

    def stepped(self, step: int, loss: float) -> None:
        """A step was taken."""
        ...

    def scored(self, step: int, score: Score) -> None:
        """The network was validated."""
        ...


@frozen(kw_only=True)
class Run:
    """A training, where it reads and where it writes.

    ``start`` is a network to begin with, None for a new one; ``resume`` goes on where the training
    in ``out`` stopped, and ``onward`` says to a person what would do so. With ``faces_only`` it
    goes on hearing as it did at the start.
    """

    config: TrainConfig
    data: Path
    out: Path
    start: Checkpoint | None = None
    resume: bool = False
    faces_only: bool = False
    onward: str = "--resume goes on from the last checkpoint"
    curves: Curves | None = None


def train(run: Run, watcher: Watcher) -> CheckpointMetadata:
    """Train, and keep the last and the best network in ``run.out``.

    Raises:
        UntrustedError: bank, lock, ledger and targets do not all mean the same artifact.
        DivergedError: a loss is no number any more; the last good checkpoint is kept.
        TrainerError: anything else that a person has to change.
        SourceError: the bank cannot be read.
        OSError: ``run.out`` cannot be written.
    """
    with processes() as group, _alone(run.out, group), _room_told(run):
        return _train(run, watcher, group)


@contextmanager
def _alone(out: Path, group: Processes) -> Generator[None]:
    """The folder, for one training at a time, of however many processes."""
    if not group.first:
        yield
        return
    out.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(out):
            yield
    except BusyError:
        raise TrainerError(
            f"{out}: another training is running in this folder; wait for it, or choose another"
        ) from None


@contextmanager
def _room_told(run: Run) -> Generator[None]:
    """Say of a full disk which file it was, and how the training goes on."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        kept = (run.out / LAST).is_file()
        then = run.onward if kept else "then start it again"
        raise TrainerError(
            f"{error.filename or run.out}: no room ({os.strerror(error.errno)}). Make room; {then}"
        ) from error


@frozen(kw_only=True, eq=False)
class Setup:
    """What the steps of a training are made of."""

    bank: Bank
    metadata: CheckpointMetadata
    model: FaceNet
    anchors: BankTargets
    clips: Clips
    sampler: BatchSampler
    objective: Objective
    optimizer: torch.optim.Optimizer


def set_up(config: TrainConfig, data: Path, out: Path, group: Processes) -> Setup:
    """Everything at the beginning, with a new network; see `train` for what is raised."""
    make_reproducible(config.seed, config.threads)
    trusted = trusted_bank(config.bank)
    manifest = read_manifest(data)
    check_data(manifest, trusted, data)
    bank = trusted.bank
    digest = manifest_digest(manifest)
    metadata = new_metadata(config, bank, data=digest, mels=manifest.mels)
    model = new_model(metadata).to(group.device)
    clips = unpack_clips(data, manifest, Split.TRAIN, out)
    labels = config.conditioning.labels or bank.labels
    anchors = anchor_targets(bank, labels)
    surface = surface_targets(bank, labels, config.seed)
    return Setup(
        bank=bank,
        metadata=metadata,
        model=model,
        anchors=anchors,
        clips=clips,
        sampler=BatchSampler(
            config, clips, anchors, surface, bank.channels, rank=group.rank, world=group.world
        ),
        objective=Objective(config.losses, config.class_weights, bank.tables, group.device),
        optimizer=torch.optim.AdamW(
            model.parameters(), weight_decay=config.optimizer.weight_decay, betas=(0.9, 0.99)
        ),
    )


def _train(run: Run, watcher: Watcher, group: Processes) -> CheckpointMetadata:
    config, out = run.config, run.out
    if not group.first:
        group.wait()  # for the first process, which unpacks the clips
    setup = set_up(config, run.data, out, group)
    unseen = unpack_clips(run.data, read_manifest(run.data), Split.VALIDATION, out)
    if group.first:
        group.wait()
    validator = Validator(config, unseen, setup.anchors, setup.bank.tables.classes)
    metadata, model, optimizer = setup.metadata, setup.model, setup.optimizer
    if run.resume:
        metadata = _resume(run, metadata, model, optimizer)
    elif run.start is not None:
        _start_from(run.start, metadata, model)
    else:
        _normalise(model, setup.clips)
    if run.faces_only:
        for parameter in model.hearing():
            parameter.requires_grad = False
    if group.first:
        write_atomic(out / CONFIG, config_text(config).encode())
    if group.device.type == "cuda":
        compile_for_gpu(model)

    with Log(out if group.first else None, metadata.step, run.curves) as log:
        for step in range(metadata.step + 1, config.steps + 1):
            batch = setup.sampler.batch(step)
            lr = learning_rate(config.optimizer, step, config.steps)
            for parameters in optimizer.param_groups:
                parameters["lr"] = lr

            optimizer.zero_grad()
            loss, losses = setup.objective(model, batch)
            loss.backward()
            group.average_gradients(model)
            norm = torch.nn.utils.clip_grad_norm_(
                model.parameters(), config.optimizer.grad_clip_norm
            )
            values = _values(group, {"loss": loss, **losses, "gradient": norm})
            if not all(map(math.isfinite, values.values())):
                raise _diverged(step, values, batch, out)
            optimizer.step()

            metadata = evolve(metadata, step=step)
            watcher.stepped(step, values["loss"])
            if _due(step, config.intervals.log, config):
                log.write("step", step, {**values, "rate": lr})
            if group.first and _due(step, config.intervals.validate, config):
                score = validator.score(model)
                watcher.scored(step, score)
                log.write("validation", step, asdict(score))
                metadata = _keep_best(metadata, score, model, out)
            if group.first and _due(step, config.intervals.checkpoint, config):
                save_checkpoint(out / LAST, metadata, model, optimizer)
    return metadata


def learning_rate(optimizer: Optimizer, step: int, steps: int) -> float:
    """The learning rate of a step, 1 the first: a linear rise, then half a cosine down."""
    if step <= optimizer.warmup_steps:
        return optimizer.learning_rate * step / optimizer.warmup_steps
    along = (step - optimizer.warmup_steps) / max(1, steps - optimizer.warmup_steps)
    height = 0.5 * (1.0 + math.cos(math.pi * min(1.0, along)))
    final = optimizer.final_lr_ratio
    return optimizer.learning_rate * (final + (1.0 - final) * height)


def _due(step: int, interval: int, config: TrainConfig) -> bool:
    return step % interval == 0 or step == config.steps


def _values(group: Processes, tensors: dict[str, torch.Tensor]) -> dict[str, float]:
    """The numbers of a step, each the mean over all processes."""
    stacked = torch.stack(list(tensors.values())).detach()
    group.average([stacked])
    values: list[float] = stacked.tolist()
    return dict(zip(tensors, values, strict=True))


def _normalise(model: FaceNet, clips: Clips) -> None:
    """Give the network's features mean 0 and standard deviation 1 on the clips."""
    apart = max(1, len(clips.mel) // _NORMAL_FRAMES)
    mel = torch.as_tensor(clips.mel[::apart].astype(np.float32))
    found = features(mel).numpy().astype(np.float64)
    model.mean.copy_(torch.as_tensor(found.mean(axis=0)))
    model.std.copy_(torch.as_tensor(found.std(axis=0).clip(min=_MIN_STD)))


def _start_from(start: Checkpoint, metadata: CheckpointMetadata, model: FaceNet) -> None:
    for what, found, wanted in (
        ("the bank's artifact", start.metadata.artifact, metadata.artifact),
        ("the size of the network", start.metadata.config.model, metadata.config.model),
        ("its conditions", start.metadata.config.conditioning, metadata.config.conditioning),
    ):
        if found != wanted:
            raise TrainerError(
                f"the network to start from differs in {what}: it has {found}, expected {wanted}"
            )
    model.load_state_dict(start.model.state_dict())


def _resume(
    run: Run, metadata: CheckpointMetadata, model: FaceNet, optimizer: torch.optim.Optimizer
) -> CheckpointMetadata:
    """Go on where the training in ``run.out`` stopped, if it is this very one."""
    kept, progress = load_progress(run.out / LAST)
    difference = first_difference(kept.metadata.config, metadata.config)
    if difference is not None:
        raise TrainerError(f"{run.out}: this training has another {difference}; start anew")
    for what, found, wanted in (
        ("artifact", kept.metadata.artifact, metadata.artifact),
        ("targets", kept.metadata.data, metadata.data),
    ):
        if found != wanted:
            raise TrainerError(
                f"{run.out}: this training was on {what} {found}, now found {wanted}; start anew"
            )
    model.load_state_dict(kept.model.state_dict())
    restore(optimizer, model, progress)
    return kept.metadata


def _keep_best(
    metadata: CheckpointMetadata, score: Score, model: FaceNet, out: Path
) -> CheckpointMetadata:
    """The metadata with its score; the network is kept if it is the best so far."""
    better = metadata.best is None or score.total < metadata.best
    best = score.total if better else metadata.best
    metadata = evolve(metadata, score=score.total, best=best)
    if better:
        save_checkpoint(out / BEST, metadata, model)
    return metadata


def _diverged(step: int, values: dict[str, float], batch: Batch, out: Path) -> DivergedError:
    wrong = [f"{name} {value}" for name, value in values.items() if not math.isfinite(value)]
    kept = f"{out / LAST} holds the last good step" if (out / LAST).exists() else "nothing is kept"
    return DivergedError(
        f"step {step}: {', '.join(wrong)}; {kept}. Look at the clips of this step, or lower "
        f"optimizer.learning_rate: {', '.join(batch.ids)}"
    )
