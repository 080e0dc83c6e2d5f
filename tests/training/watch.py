"""Who looks on at a training and remembers what was said, and what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import define, field

from mien_trainer.train.config import TrainConfig
from mien_trainer.train.log import NAME
from mien_trainer.train.loop import Run, train
from mien_trainer.train.validation import Score


@define
class Watch:
    """The losses and scores of a training, by step."""

    losses: dict[int, float] = field(factory=dict[int, float])
    scores: dict[int, Score] = field(factory=dict[int, Score])

    def stepped(self, step: int, loss: float) -> None:
        """A step was taken."""
        self.losses[step] = loss

    def scored(self, step: int, score: Score) -> None:
        """The network was validated."""
        self.scores[step] = score


def learned(config: TrainConfig, data: Path, out: Path) -> Watch:
    """What was said in a training."""
    watch = Watch()
    train(Run(config=config, data=data, out=out), watch)
    return watch


def lines(out: Path, kind: str) -> list[dict[str, float]]:
    """The lines of a kind in a training's log."""
    found = [json.loads(line) for line in (out / NAME).read_text("utf-8").splitlines()]
    return [line for line in found if line["kind"] == kind]
