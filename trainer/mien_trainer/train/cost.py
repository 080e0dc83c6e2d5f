"""What a step takes, and how much of it is the anchor snap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from attrs import evolve, frozen

from mien_trainer.lips.touching import contact_shapes
from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import backward, be_deterministic, seed_random, take_step
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import read_manifest
from mien_trainer.train.clips import unpack_clips
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.draw import Batch, Drawer
from mien_trainer.train.objective import Objective
from mien_trainer.train.teacher import anchor_lessons, surface_lessons
from mien_trainer.train.trust import check_data, trusted_bank

_WARM = 3
"""Steps before the clock counts."""


@frozen(kw_only=True)
class Cost:
    """Medians in seconds over ``steps`` steps on one CPU.

    ``draw`` to draw a step, ``learn`` to learn from it, and ``snapless`` to learn from the same
    steps where nothing is snapped.
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

    ``step`` hears of each.

    Raises:
        TrainerError: as in a training.
    """
    torch.set_num_threads(config.threads)
    be_deterministic()
    seed_random(config.seed)
    trusted = trusted_bank(config.bank)
    manifest = read_manifest(data)
    check_data(manifest, trusted, data)
    bank = trusted.bank
    labels = config.conditions.labels or bank.labels
    drawer = Drawer(
        config,
        unpack_clips(data, manifest, Split.TRAIN, data),
        anchor_lessons(bank, labels),
        surface_lessons(bank, labels, config.seed),
        bank.channels,
    )
    columns = config.conditions.columns(bank.labels)
    model = FaceNet(config.model, columns, contact_shapes(bank.channels), mels=manifest.mels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.optimizer.rate)
    snapped, snapless = (
        Objective(weights, config.channels, bank.tables, torch.device("cpu"))
        for weights in (config.losses, evolve(config.losses, snap_silence=0.0, snap_speech=0.0))
    )
    times: list[tuple[float, float, float]] = []
    for number in range(1, _WARM + steps + 1):
        started = perf_counter()
        batch = drawer.batch(number)
        drawn = perf_counter() - started
        learnt = _learn(model, snapped, optimizer, batch)
        times.append((drawn, learnt, _learn(model, snapless, optimizer, batch)))
        if number > _WARM:
            step()
    draw, learn, without = (median(column) for column in zip(*times[_WARM:], strict=True))
    return Cost(steps=steps, draw=draw, learn=learn, snapless=without)


def _learn(
    model: FaceNet, objective: Objective, optimizer: torch.optim.Optimizer, batch: Batch
) -> float:
    """The seconds that the network takes to learn from a batch."""
    started = perf_counter()
    optimizer.zero_grad()
    loss, _ = objective(model, batch)
    backward(loss)
    take_step(optimizer)
    return perf_counter() - started
