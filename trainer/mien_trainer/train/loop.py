"""The training: one loop."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from attrs import asdict, evolve, frozen

from mien.text.atomic import write_atomic
from mien_trainer.fault import TrainerError
from mien_trainer.model.net import FaceNet, audible
from mien_trainer.model.typed import (
    backward,
    be_deterministic,
    seed_random,
    take_step,
    to_array,
    to_floats,
    to_list,
    to_tensor,
)
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import Manifest, manifest_digest, read_manifest
from mien_trainer.train.checkpoint import (
    BEST,
    LAST,
    Checkpoint,
    Head,
    load_progress,
    new_model,
    restore,
    save_checkpoint,
)
from mien_trainer.train.clips import Clips, unpack_clips
from mien_trainer.train.config import Optimizer, TrainConfig
from mien_trainer.train.differ import first_difference
from mien_trainer.train.draw import Batch, Drawer
from mien_trainer.train.gpu import use_gpu
from mien_trainer.train.log import Curves, Log
from mien_trainer.train.objective import Objective
from mien_trainer.train.processes import Processes, processes
from mien_trainer.train.read_config import config_text
from mien_trainer.train.score import Examiner, Score
from mien_trainer.train.teacher import anchor_lessons, surface_lessons
from mien_trainer.train.trust import TrustedBank, check_data, trusted_bank

CONFIG = "config.yaml"
"""The training file in full, beside what came of it."""

_NORMAL_FRAMES = 50_000
_LEAST_DEVIATION = 0.5


class Diverged(TrainerError):
    """The loss or its gradient is no number any more; the message names step and clips."""


class Watcher(Protocol):
    """Who hears how far a training is."""

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
    in ``out`` stopped.
    """

    config: TrainConfig
    data: Path
    out: Path
    start: Checkpoint | None = None
    resume: bool = False
    curves: Curves | None = None


def train(run: Run, watcher: Watcher) -> Head:
    """Train, and keep the last and the best network in ``run.out``.

    Raises:
        Untrusted: bank, lock, ledger and targets do not all mean the same artifact.
        Diverged: a loss is no number any more; the last good checkpoint is kept.
        TrainerError: anything else that a person has to change.
        SourceError: the bank cannot be read.
        OSError: ``run.out`` cannot be written.
    """
    with processes() as group:
        torch.set_num_threads(run.config.threads)
        be_deterministic()
        seed_random(run.config.seed)
        return _train(run, watcher, group)


def _train(run: Run, watcher: Watcher, group: Processes) -> Head:
    config = run.config
    trusted = trusted_bank(config.bank)
    manifest = read_manifest(run.data)
    check_data(manifest, trusted, run.data)
    bank = trusted.bank
    labels = config.conditions.labels or bank.labels
    head = _head(config, trusted, manifest)
    model = new_model(head).to(group.device)
    clips, unseen = _clips(run, manifest, group)

    drawer = Drawer(
        config,
        clips,
        anchors := anchor_lessons(bank, labels),
        surface_lessons(bank, labels, config.seed),
        bank.channels,
        rank=group.rank,
        world=group.world,
    )
    examiner = Examiner(config, unseen, anchors, bank.tables.classes)
    objective = Objective(config.losses, config.channels, bank.tables, group.device)
    optimizer = torch.optim.AdamW(
        model.parameters(), weight_decay=config.optimizer.decay, betas=(0.9, 0.99)
    )
    if run.resume:
        head = _resume(run, head, model, optimizer)
    elif run.start is not None:
        _begin_with(run.start, head, model)
    else:
        _normalise(model, clips)
    if group.first:
        write_atomic(run.out / CONFIG, config_text(config).encode())
    if group.device.type == "cuda":
        use_gpu(model)

    with Log(run.out if group.first else None, head.step, run.curves) as log:
        for step in range(head.step + 1, config.steps + 1):
            batch = drawer.batch(step)
            rate = rate_at(config.optimizer, step, config.steps)
            for one in optimizer.param_groups:
                one["lr"] = rate
            optimizer.zero_grad()
            loss, losses = objective(model, batch)
            backward(loss)
            group.average_gradients(model)
            length = torch.nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.clip)
            told = torch.stack([loss, *losses.values(), length]).detach()
            group.average([told])
            values = dict(zip(("loss", *losses, "gradient"), to_list(told), strict=True))
            if not all(map(math.isfinite, values.values())):
                raise _diverged(step, values, batch, run.out)
            take_step(optimizer)

            head = evolve(head, step=step)
            watcher.stepped(step, values["loss"])
            if _due(step, config.every.log, config):
                log.write("step", step, {**values, "rate": rate})
            if group.first and _due(step, config.every.validate, config):
                score = examiner.score(model)
                watcher.scored(step, score)
                log.write("validation", step, asdict(score))
                head = _judged(head, score, model, run.out)
            if group.first and _due(step, config.every.checkpoint, config):
                save_checkpoint(run.out / LAST, head, model, optimizer)
    return head


def rate_at(optimizer: Optimizer, step: int, steps: int) -> float:
    """The learning rate of a step, 1 the first: a rise, then half a cosine down."""
    if step <= optimizer.warmup:
        return optimizer.rate * step / optimizer.warmup
    along = (step - optimizer.warmup) / max(1, steps - optimizer.warmup)
    height = 0.5 * (1.0 + math.cos(math.pi * min(1.0, along)))
    return optimizer.rate * (optimizer.last + (1.0 - optimizer.last) * height)


def _due(step: int, every: int, config: TrainConfig) -> bool:
    return step % every == 0 or step == config.steps


def _head(config: TrainConfig, trusted: TrustedBank, manifest: Manifest) -> Head:
    bank = trusted.bank
    return Head(
        step=0,
        score=None,
        best=None,
        config=config,
        bank=bank.id,
        version=bank.version,
        artifact=trusted.digest,
        data=manifest_digest(manifest),
        labels=bank.labels,
        channels=bank.channels,
        classes=bank.tables.classes,
        mels=manifest.mels,
        torch=str(torch.__version__),
    )


def _clips(run: Run, manifest: Manifest, group: Processes) -> tuple[Clips, Clips]:
    """What is learned and what is validated on; the first process unpacks, the others wait."""
    if not group.first:
        group.wait()
    found = [
        unpack_clips(run.data, manifest, split, run.out)
        for split in (Split.TRAIN, Split.VALIDATION)
    ]
    if group.first:
        group.wait()
    return found[0], found[1]


def _normalise(model: FaceNet, clips: Clips) -> None:
    """Let the network's input have mean 0 and deviation 1 on the clips."""
    apart = max(1, len(clips.mel) // _NORMAL_FRAMES)
    heard = to_array(audible(to_floats(clips.mel[::apart], torch.device("cpu")))).astype(np.float64)
    model.mean.copy_(to_tensor(heard.mean(axis=0)))
    model.deviation.copy_(to_tensor(heard.std(axis=0).clip(min=_LEAST_DEVIATION)))


def _begin_with(start: Checkpoint, head: Head, model: FaceNet) -> None:
    for what, found, wanted in (
        ("the bank's artifact", start.head.artifact, head.artifact),
        ("the size of the network", start.head.config.model, head.config.model),
        ("its conditions", start.head.config.conditions, head.config.conditions),
    ):
        if found != wanted:
            raise TrainerError(
                f"the network to start from differs in {what}: it has {found}, expected {wanted}"
            )
    model.load_state_dict(start.model.state_dict())


def _resume(run: Run, head: Head, model: FaceNet, optimizer: torch.optim.Optimizer) -> Head:
    """Go on where the training in ``run.out`` stopped, if it is this very one."""
    kept, progress = load_progress(run.out / LAST)
    difference = first_difference(kept.head.config, head.config)
    if difference is not None:
        raise TrainerError(f"{run.out}: this training has another {difference}; start anew")
    for what, found, wanted in (
        ("artifact", kept.head.artifact, head.artifact),
        ("targets", kept.head.data, head.data),
    ):
        if found != wanted:
            raise TrainerError(
                f"{run.out}: this training was on {what} {found}, now found {wanted}; start anew"
            )
    model.load_state_dict(kept.model.state_dict())
    restore(optimizer, model, progress)
    return kept.head


def _judged(head: Head, score: Score, model: FaceNet, out: Path) -> Head:
    """The head with its score; the network is kept if it is the best so far."""
    better = head.best is None or score.total < head.best
    head = evolve(head, score=score.total, best=score.total if better else head.best)
    if better:
        save_checkpoint(out / BEST, head, model)
    return head


def _diverged(step: int, values: dict[str, float], batch: Batch, out: Path) -> Diverged:
    wrong = [f"{name} {value}" for name, value in values.items() if not math.isfinite(value)]
    kept = f"{out / LAST} holds the last good step" if (out / LAST).exists() else "nothing is kept"
    return Diverged(
        f"step {step}: {', '.join(wrong)}; {kept}. Look at the clips of this step, or lower "
        f"optimizer.rate: {', '.join(batch.ids)}"
    )
