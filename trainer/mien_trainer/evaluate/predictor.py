"""What is measured: anything that gives faces for sound and conditions.

Dimension letters: B sequences, N frames, M mel bands, D conditions, E labels, K intensities, C
channels.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien_trainer.conditions import condition_rows
from mien_trainer.frames import F32


class Predictor(Protocol):
    """Faces from the first frame on, each from its own frame and those before it."""

    def __call__(self, mel: F32, conditions: F32) -> F32:
        """Weights (B, N, C) in [0, 1] for log-mel (B, N, M) and conditions (B, N, D)."""
        ...


@frozen(kw_only=True, eq=False)
class Subject:
    """A network beside the bank it was trained on."""

    predict: Predictor
    bank: Bank

    def at(self, mel: F32, labels: list[int], vads: F32) -> F32:
        """Weights (B, N, C) for one sound (N, M) worn by B pairs of label position and VAD (3,)."""
        frames, count = len(mel), len(self.bank.labels)
        rows = [
            condition_rows(label, count, np.repeat(vad[None, :], frames, axis=0))
            for label, vad in zip(labels, vads, strict=True)
        ]
        return self.predict(np.repeat(mel[None], len(rows), axis=0), np.stack(rows))

    def anchors(self) -> tuple[list[int], F32]:
        """Label position and VAD of every intensity anchor: (E * K,) and (E * K, 3)."""
        tables = self.bank.tables.labels
        positions = [e for e, table in enumerate(tables) for _ in table.anchors]
        return positions, np.concatenate([table.anchors for table in tables])

    def archetypes(self) -> F32:
        """The authored faces (E * K, C), in the order of `anchors`."""
        return np.concatenate([table.archetypes for table in self.bank.tables.labels])

    def channels_of(self, *classes: str) -> list[int]:
        """The positions of the channels of some classes."""
        return [at for at, kind in enumerate(self.bank.tables.classes) if kind in classes]


def mean_faces(faces: F32) -> F32:
    """The mean over frames (B, C) of faces (B, N, C); exact where they do not change."""
    mean: F32 = faces.mean(axis=1, dtype=np.float64).astype(np.float32)
    return mean
