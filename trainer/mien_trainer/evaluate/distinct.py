"""Whether the labels can be told apart while the network speaks."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from mien_trainer.evaluate.predictor import Subject, mean_faces
from mien_trainer.evaluate.sounds import SETTLE, Sound
from mien_trainer.frames import F32


@frozen(kw_only=True, eq=False)
class Distinctness:
    """All labels at one intensity, saying the same.

    ``distances`` (E, E): the mean absolute difference over EXPRESSION channels between the mean
    face of the row's label and the archetype of the column's; ``own`` how many rows are nearest to
    their own column; ``closest`` the least distance between two of the mean faces themselves.
    """

    intensity: str
    sound: str
    distances: F32
    own: int
    closest: float


def distinctness(subject: Subject, sound: Sound, intensity: str) -> Distinctness:
    """The labels' mean faces under ``sound``, against each other's archetypes."""
    at = subject.bank.intensities.index(intensity)
    tables = subject.bank.tables.labels
    channels = subject.channels_of("EXPRESSION")
    vads = np.stack([table.anchors[at] for table in tables])
    wanted = np.stack([table.archetypes[at] for table in tables])[:, channels]
    spoken = subject.at(sound.mel, list(range(len(tables))), vads)[:, SETTLE:]
    faces = mean_faces(spoken)[:, channels]
    distances: F32 = np.abs(faces[:, None] - wanted[None]).mean(axis=2)
    between = np.abs(faces[:, None] - faces[None]).mean(axis=2)
    np.fill_diagonal(between, np.inf)
    return Distinctness(
        intensity=intensity,
        sound=sound.name,
        distances=distances,
        own=int((distances.argmin(axis=1) == np.arange(len(tables))).sum()),
        closest=float(between.min()),
    )
