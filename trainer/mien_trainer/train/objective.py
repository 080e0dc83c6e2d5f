"""All losses of a batch, in three passes of the network: stretches of clips, pairs, presets."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from attrs import asdict
from torch import Tensor

from mien.engine.tables import Tables
from mien_trainer.model.net import FaceNet
from mien_trainer.train import losses
from mien_trainer.train.config import ClassWeights, Losses
from mien_trainer.train.sampler import Batch

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
    """What a training minimises: the weighted sum of the losses that have a weight."""

    def __init__(
        self, weights: Losses, class_weights: ClassWeights, tables: Tables, device: torch.device
    ) -> None:
        values = asdict(weights)
        self.weights: dict[str, float] = {name: values[name] for name in NAMES if values[name] > 0}
        self._device = device
        classes = tables.classes
        self._channel_weights = self._tensor([getattr(class_weights, k.lower()) for k in classes])
        self._beta = weights.beta
        self._clip_beta = self._tensor(
            [weights.beta if kind == "EXPRESSION" else weights.lip_beta for kind in classes]
        )
        self._lipsync, self._expression = (
            torch.tensor(
                [at for at, one in enumerate(classes) if one == kind], dtype=torch.int32
            ).to(device)
            for kind in ("LIPSYNC", "EXPRESSION")
        )

    def __call__(self, model: FaceNet, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum, and each loss without its weight by its name."""
        found = {
            **self._clips(model, batch),
            **self._pairs(model, batch),
            **self._presets(model, batch),
        }
        terms = [weight * found[name] for name, weight in self.weights.items()]
        return torch.stack(terms).sum(), {name: found[name] for name in self.weights}

    def _clips(self, model: FaceNet, batch: Batch) -> dict[str, Tensor]:
        if not self._on("supervised", "velocity", "contact"):
            return {}
        contacts, weights = self._tensor(batch.contacts), self._tensor(batch.frame_weights)
        faces, logits = model.teacher_forced(
            self._tensor(batch.mel), self._tensor(batch.conditions), contacts
        )
        compared = (faces, self._tensor(batch.targets), weights)
        return {
            "supervised": losses.supervised(*compared, self._channel_weights, self._clip_beta),
            "velocity": losses.velocity(*compared, self._channel_weights, self._clip_beta),
            "contact": losses.contact(logits, contacts, weights),
        }

    def _pairs(self, model: FaceNet, batch: Batch) -> dict[str, Tensor]:
        if not self._on("consistency", "lips", "expression"):
            return {}
        mel, conditions = self._tensor(batch.pair_mel), self._tensor(batch.pair_conditions)
        faces, _ = model.last_frame(mel, conditions)
        own, swapped, moved = faces.unbind(dim=1)
        # The other frame of each pair, with its emotion swapped: this frame's emotion there.
        elsewhere = torch.cat(swapped.chunk(2)[::-1])
        speech = self._tensor(batch.pair_speech)
        return {
            "consistency": losses.consistency(own, moved),
            "lips": losses.lips_stay(own, swapped, speech, self._lipsync),
            "expression": losses.expression_stays(own, elsewhere, self._expression),
        }

    def _presets(self, model: FaceNet, batch: Batch) -> dict[str, Tensor]:
        anchors, archetypes = self._tensor(batch.anchors), self._tensor(batch.archetypes)
        found: dict[str, Tensor] = {}
        if self._on("quiet", "snap_silence", "surface"):
            parts: list[Tensor] = []
            if self._on("snap_silence") or not self._on("surface"):
                parts.append(anchors)
            if self._on("surface"):
                parts.append(self._tensor(batch.places))
            conditions = torch.cat(parts, dim=1)
            faces, logits = model.last_frame(self._tensor(batch.room_mel), conditions)
            each = faces.split([part.shape[1] for part in parts], dim=1)
            found["quiet"] = losses.quiet(logits)
            if self._on("snap_silence"):
                found["snap_silence"] = losses.snap(each[0], archetypes, self._beta)
            if self._on("surface"):
                wanted = self._tensor(batch.faces)
                found["surface"] = losses.surface(each[-1], wanted, self._beta)
        if self._on("snap_speech"):
            faces, _ = model.last_frame(self._tensor(batch.voice_mel), anchors)
            one, other = (face.index_select(-1, self._expression) for face in (faces, archetypes))
            found["snap_speech"] = losses.snap(one, other, self._beta)
        return found

    def _on(self, *names: str) -> bool:
        return any(name in self.weights for name in names)

    def _tensor(self, values: npt.ArrayLike | Sequence[float]) -> Tensor:
        # Clips are mapped read-only, of which torch warns; `require` copies only those.
        return torch.as_tensor(np.require(values, np.float32, ["W"]), device=self._device)
