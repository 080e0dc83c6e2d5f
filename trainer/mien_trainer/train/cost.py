"""What a step takes, and how much of it is the anchor snap."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from attrs import evolve, frozen

from mien_trainer.train.config import TrainConfig
from mien_trainer.train.loop import set_up
from mien_trainer.train.objective import Objective
from mien_trainer.train.processes import Processes
from mien_trainer.train.sampler import Batch

_WARM_UP = 3
"""Steps before the clock counts."""


@frozen(kw_only=True)
class Cost:
    """Medians in seconds over ``steps`` steps on one CPU.

    ``draw`` to draw a batch, ``learn`` to learn from it, and ``snapless`` to learn from the same
    batches where nothing is snapped.
    """

    steps: int
    draw: float
    learn: float
    snapless: float

    @property
    def snap(self) -> float:
        """The share of a step that is the anchor snap."""
        return (self.learn - self.snapless) / (self.draw + self.learn)


def step_cost(config: TrainConfig, data: Path, steps: int, step: Callable[[], None]) -> Cost:
    """Time ``steps`` steps of ``config`` with and without the snap in turn, as a new network.

    ``step`` is called after each.

    Raises:
        TrainerError: as in a training.
    """
    alone = Processes(rank=0, world=1, device=torch.device("cpu"))
    setup = set_up(config, data, data, alone)
    model, optimizer = setup.model, setup.optimizer
    losses = evolve(config.losses, snap_silence=0.0, snap_speech=0.0)
    snapless = Objective(losses, config.class_weights, setup.bank.tables, alone.device)

    def learn(objective: Objective, batch: Batch) -> float:
        """The seconds that the network takes to learn from a batch."""
        started = perf_counter()
        optimizer.zero_grad()
        loss, _ = objective(model, batch)
        loss.backward()
        optimizer.step()
        return perf_counter() - started

    times: list[tuple[float, float, float]] = []
    for number in range(1, _WARM_UP + steps + 1):
        started = perf_counter()
        batch = setup.sampler.batch(number)
        drawn = perf_counter() - started
        times.append((drawn, learn(setup.objective, batch), learn(snapless, batch)))
        if number > _WARM_UP:
            step()
    draw, full, without = (median(column) for column in zip(*times[_WARM_UP:], strict=True))
    return Cost(steps=steps, draw=draw, learn=full, snapless=without)
