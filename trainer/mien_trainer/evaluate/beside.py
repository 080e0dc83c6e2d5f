"""A network's lips beside an older network's, on what both were trained to wear."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import frozen

from mien_trainer.evaluate.lips import lip_match
from mien_trainer.evaluate.predictor import Subject
from mien_trainer.targets.stored import StoredClip


@frozen(kw_only=True)
class Beside:
    """The correlation of LIPSYNC channels on an unheard voice, and that of the network ``name``.

    ``labels`` are those of the ``clips`` that both were measured on.
    """

    name: str
    labels: tuple[str, ...]
    clips: int
    correlation: float
    other: float

    @property
    def short(self) -> float:
        """How far the network falls short of the other; below 0 where it is better."""
        return self.other - self.correlation


def beside(
    subject: Subject,
    older: Subject,
    name: str,
    clips: Sequence[StoredClip],
    heard: Collection[str],
    labels: Sequence[str],
) -> Beside | None:
    """Both on the clips of unheard synthetic voices with one of ``labels``; None without any."""
    shared = [
        clip
        for clip in clips
        if clip.voice and clip.voice not in heard and not clip.real and clip.label in labels
    ]
    if not shared:
        return None
    return Beside(
        name=name,
        labels=tuple(sorted({clip.label for clip in shared})),
        clips=len(shared),
        correlation=lip_match(subject, name, shared).correlation,
        other=lip_match(older, name, shared).correlation,
    )
