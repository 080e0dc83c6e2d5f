"""What the bank says of a clip: its faces at the clip's conditions, and its archetypes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien_trainer.expression.track import expression_track
from mien_trainer.frames import F32
from mien_trainer.targets.clip import Clip

_BLOCK = 512
"""Frames that are compared with all archetypes at a time; they stay in the cache."""


@frozen(kw_only=True)
class Archetype:
    """The name of one: a label and an intensity."""

    label: str
    intensity: str

    def __str__(self) -> str:
        return f"{self.label} {self.intensity}"


class Reference:
    """A bank, ready to be compared with. A archetypes, C channels."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        tables = bank.tables.labels
        self.archetypes = tuple(
            Archetype(label=label, intensity=name)
            for label in bank.labels
            for name in bank.intensities
        )
        self.faces: F32 = np.concatenate([table.archetypes for table in tables])
        self.labels: npt.NDArray[np.intp] = np.repeat(
            np.arange(len(tables)), [len(table.archetypes) for table in tables]
        )

    def expected(self, clip: Clip) -> F32:
        """The bank's faces (N, C) at the clip's conditions and speech, without lips and life."""
        path = np.ascontiguousarray(clip.conditions[:, len(self.bank.labels) :])
        return expression_track(self.bank, clip.label, path, np.ascontiguousarray(clip.speech))

    def nearest(self, faces: F32) -> tuple[npt.NDArray[np.intp], F32]:
        """The archetype nearest to each of faces (n, C), and how far it is: mean over channels."""
        near = np.empty(len(faces), dtype=np.intp)
        far = np.empty(len(faces), dtype=np.float32)
        for start in range(0, len(faces), _BLOCK):
            part = slice(start, start + _BLOCK)
            away = np.stack([np.abs(faces[part] - one).mean(axis=1) for one in self.faces])
            near[part], far[part] = away.argmin(axis=0), away.min(axis=0)
        return near, far
