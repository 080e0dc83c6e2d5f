"""Every setting with every seed, several at a time, a run that has ended never again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from attrs import evolve, frozen

from mien_trainer.compare.settings import Setting
from mien_trainer.orphan import end_with_parent
from mien_trainer.train.checkpoint import LAST, load_checkpoint
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.loop import Run, train
from mien_trainer.train.score import Score


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
    left: list[Job] = []
    for job in todo:
        if _ended(job):
            step()
        else:
            left.append(job)
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=end_with_parent
    )
    try:
        futures = [pool.submit(_train, job, data) for job in left]
        for future in as_completed(futures):
            future.result()
            step()
    finally:
        pool.shutdown(cancel_futures=True)


def _ended(job: Job) -> bool:
    return job.last.is_file() and load_checkpoint(job.last).head.step == job.config.steps


def _train(job: Job, data: Path) -> None:
    job.out.mkdir(parents=True, exist_ok=True)
    run = Run(config=job.config, data=data, out=job.out, resume=job.last.is_file())
    train(run, _Silent())


class _Silent:
    """Hears of progress and says nothing: the comparison counts trainings, not steps."""

    def stepped(self, step: int, loss: float) -> None:
        """A step was taken."""

    def scored(self, step: int, score: Score) -> None:
        """The network was validated."""
