"""One clip to look at: what it should have been, and what the network made of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import frozen

from mien_trainer.evaluate.predictor import Subject
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.targets.stored import StoredClip


@frozen(kw_only=True, eq=False)
class Example:
    """Weights (N, C) of a clip: ``taught`` as made by the phonemes, ``given`` by the network."""

    voice: str
    label: str
    text: str
    phonemes: tuple[Phoneme, ...]
    taught: F32
    given: F32


def example(subject: Subject, clips: Sequence[StoredClip], heard: Collection[str]) -> Example:
    """The first clip by id, of an unheard voice if there is one."""
    clip = min(clips, key=lambda one: (one.voice in heard, one.id))
    return Example(
        voice=clip.voice,
        label=clip.label,
        text=clip.text,
        phonemes=clip.phonemes,
        taught=clip.targets,
        given=subject.predict(clip.mel[None], clip.conditions[None])[0],
    )
