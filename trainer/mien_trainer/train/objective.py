"""All losses of a batch, in two passes of the network: stretches of clips, and single moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from attrs import asdict
from torch import Tensor

from mien.engine.tables import Tables
from mien_trainer.frames import F32
from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import split, to_floats, to_tensor
from mien_trainer.train import losses
from mien_trainer.train.config import ClassWeights, Losses
from mien_trainer.train.draw import Batch

NAMES = (
    "supervised",
    "velocity",
    "contact",
    "quiet",
    "consistency",
    "lips",
    "expression",
    "snap_silence",
    "snap_speech",
    "surface",
)
"""Every loss, by the name of its weight."""


class Objective:
    """What a training makes small: the weighted sum of the losses that have a weight."""

    def __init__(
        self, weights: Losses, channels: ClassWeights, tables: Tables, device: torch.device
    ) -> None:
        self._losses = weights
        classes = tables.classes
        values = asdict(weights)
        self.weights: dict[str, float] = {name: values[name] for name in NAMES if values[name] > 0}
        self._device = device
        self._channels = self._tensor(
            np.array([getattr(channels, kind.lower()) for kind in classes])
        )
        lips = np.array([kind != "EXPRESSION" for kind in classes])
        self._softness = self._tensor(np.where(lips, weights.lip_softness, weights.softness))
        self._lipsync = self._positions(classes, "LIPSYNC")
        self._expression = self._positions(classes, "EXPRESSION")

    def __call__(self, model: FaceNet, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum, and each loss without its weight by its name."""
        found = {
            **self._taught(model, batch),
            **self._compared(model, batch),
            **self._snapped(model, batch),
        }
        terms = [weight * found[name] for name, weight in self.weights.items()]
        return torch.stack(terms).sum(), {name: found[name] for name in self.weights}

    def _taught(self, model: FaceNet, batch: Batch) -> Mapping[str, Tensor]:
        if not self._on("supervised", "velocity", "contact"):
            return {}
        touching = self._tensor(batch.touching)
        faces, odds = model.taught(
            self._tensor(batch.mel), self._tensor(batch.conditions), touching
        )
        targets, counts = self._tensor(batch.targets), self._tensor(batch.counts)
        about, each = (faces, targets, counts), (self._channels, self._softness)
        return {
            "supervised": losses.supervised(*about, *each),
            "velocity": losses.velocity(*about, *each),
            "contact": losses.contact(odds, touching, counts),
        }

    def _compared(self, model: FaceNet, batch: Batch) -> Mapping[str, Tensor]:
        if not self._on("consistency", "lips", "expression"):
            return {}
        faces, _ = model.moments(self._tensor(batch.pair_mel), self._tensor(batch.pair_conditions))
        own, swapped, moved = faces.unbind(dim=1)
        # The other moment of each pair, with its emotion swapped: this moment's emotion there.
        elsewhere = torch.cat(swapped.chunk(2)[::-1])
        speech = self._tensor(batch.pair_speech)
        return {
            "consistency": losses.consistency(own, moved),
            "lips": losses.lips_stay(own, swapped, speech, self._lipsync),
            "expression": losses.expression_stays(own, elsewhere, self._expression),
        }

    def _snapped(self, model: FaceNet, batch: Batch) -> Mapping[str, Tensor]:
        softness = self._losses.softness
        anchors, archetypes = self._tensor(batch.anchors), self._tensor(batch.archetypes)
        found: dict[str, Tensor] = {}
        if self._on("quiet", "snap_silence", "surface"):
            told: list[Tensor] = []
            if self._on("snap_silence") or not self._on("surface"):
                told.append(anchors)
            if self._on("surface"):
                told.append(self._tensor(batch.places))
            faces, odds = model.moments(self._tensor(batch.room_mel), torch.cat(told, dim=1))
            parts = split(faces, [one.shape[1] for one in told], dim=1)
            found["quiet"] = losses.quiet(odds)
            if self._on("snap_silence"):
                found["snap_silence"] = losses.snap(parts[0], archetypes, softness)
            if self._on("surface"):
                found["surface"] = losses.surface(parts[-1], self._tensor(batch.faces), softness)
        if self._on("snap_speech"):
            faces, _ = model.moments(self._tensor(batch.voice_mel), anchors)
            chosen = self._expression
            found["snap_speech"] = losses.snap(
                faces.index_select(-1, chosen), archetypes.index_select(-1, chosen), softness
            )
        return found

    def _on(self, *names: str) -> bool:
        return any(name in self.weights for name in names)

    def _positions(self, classes: Sequence[str], kind: str) -> Tensor:
        found = [at for at, one in enumerate(classes) if one == kind]
        return to_tensor(np.array(found, dtype=np.int32), self._device)

    def _tensor(self, values: F32) -> Tensor:
        return to_floats(values, self._device)
