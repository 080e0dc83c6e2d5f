"""Who looks on at a training and remembers what was said."""

from __future__ import annotations

from attrs import define, field

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
