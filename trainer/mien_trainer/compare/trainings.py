"""The ways of training that are compared, each trained with every seed, several at a time.

Data, steps and seeds are the same in all; a training that has ended never runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from attrs import evolve, frozen

from mien_trainer.child_process import end_with_parent
from mien_trainer.train.checkpoint import load_checkpoint
from mien_trainer.train.checkpoint_file import LAST
from mien_trainer.train.config import Losses, TrainConfig
from mien_trainer.train.loop import Run, train
from mien_trainer.train.validation import Score

SWEEP = (0.1, 0.3, 3.0)
"""Factors on the weights of the snap, beside 1."""


@frozen(kw_only=True)
class Setting:
    """One way of training: ``key`` names its folder, ``snap`` is the factor on the snap."""

    key: str
    title: str
    config: TrainConfig
    snap: float


def settings(config: TrainConfig) -> tuple[Setting, ...]:
    """The settings that ``config`` (label, VAD and snap) is compared with, itself among them."""
    no_labels = evolve(config.conditioning, labels=(), vad=True)
    vad_only = evolve(config, conditioning=no_labels)
    return (
        _setting("vad", "VAD only", vad_only, 0.0),
        _setting("vad-snap", "VAD only, snapped", vad_only, 1.0),
        _setting("label", "label and VAD", config, 0.0),
        _setting("label-snap", "label and VAD, snapped", config, 1.0),
        *(
            _setting(f"label-snap-x{factor:g}", f"snapped, x {factor:g}", config, factor)
            for factor in SWEEP
        ),
    )


def snapped(losses: Losses, factor: float) -> Losses:
    """The losses with all that the compiled bank teaches directly times ``factor``."""
    return evolve(
        losses,
        snap_silence=losses.snap_silence * factor,
        snap_speech=losses.snap_speech * factor,
        surface=losses.surface * factor,
    )


def _setting(key: str, title: str, config: TrainConfig, factor: float) -> Setting:
    own = evolve(config, name=key, description=title, losses=snapped(config.losses, factor))
    return Setting(key=key, title=title, config=own, snap=factor)


@frozen(kw_only=True)
class Job:
    """One training of the comparison."""

    setting: Setting
    seed: int
    out: Path

    @property
    def config(self) -> TrainConfig:
        """The setting with the seed."""
        return evolve(self.setting.config, seed=self.seed)

    @property
    def last(self) -> Path:
        """Its network after the last step."""
        return self.out / LAST


def jobs(settings: Sequence[Setting], seeds: int, out: Path) -> tuple[Job, ...]:
    """All trainings, seed by seed, so that what is there early is of all settings."""
    return tuple(
        Job(setting=setting, seed=seed, out=out / f"{setting.key}-{seed}")
        for seed in range(seeds)
        for setting in settings
    )


def train_all(todo: Sequence[Job], data: Path, workers: int, step: Callable[[], None]) -> None:
    """Train what is not trained yet, ``workers`` at a time; what was cut off goes on.

    Raises:
        TrainerError: as `train`; what has ended is kept.
    """
    remaining = [job for job in todo if not _ended(job)]
    for _ in range(len(todo) - len(remaining)):
        step()
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=end_with_parent
    )
    try:
        futures = [pool.submit(_train, job, data) for job in remaining]
        for future in as_completed(futures):
            future.result()
            step()
    finally:
        pool.shutdown(cancel_futures=True)


def _ended(job: Job) -> bool:
    return job.last.is_file() and load_checkpoint(job.last).metadata.step == job.config.steps


def _train(job: Job, data: Path) -> None:
    job.out.mkdir(parents=True, exist_ok=True)
    run = Run(config=job.config, data=data, out=job.out, resume=job.last.is_file())
    train(run, _Silent())


class _Silent:
    """Reports nothing: the comparison counts trainings, not steps."""

    def stepped(self, step: int, loss: float) -> None:
        """A step was taken."""

    def scored(self, step: int, score: Score) -> None:
        """The network was validated."""
