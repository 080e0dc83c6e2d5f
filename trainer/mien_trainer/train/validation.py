"""How good a network is so far: on validation clips, and at the anchors in quiet rooms.

Dimension letters: N frames, C channels, E anchors of all labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from attrs import frozen

from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.model.net import FaceNet
from mien_trainer.train.anchor_snap import BankTargets
from mien_trainer.train.augmentation import ROOMS, background_noise
from mien_trainer.train.clips import Clips
from mien_trainer.train.config import TrainConfig

CLIPS = 64
"""Clips that are looked at, spread evenly over all."""

FRAMES = 256
"""Frames of each, at most."""


@frozen(kw_only=True)
class Score:
    """Mean absolute errors of weights. ``total``, the lower the better, decides what is best.

    ``lipsync``, ``shared`` and ``expression`` are those of the clips by class; ``anchors`` and
    ``worst_anchor`` the mean and the greatest at the anchors.
    """

    total: float
    lipsync: float
    shared: float
    expression: float
    anchors: float
    worst_anchor: float


class Validator:
    """Gives the same network the same score."""

    def __init__(
        self, config: TrainConfig, clips: Clips, anchors: BankTargets, classes: Sequence[str]
    ) -> None:
        """Raises TrainerError if no clip has one of the labels."""
        labels = config.conditioning.labels
        used = [at for at, label in enumerate(clips.labels) if not labels or label in labels]
        if not used:
            raise TrainerError(f"no clip to validate on has one of the labels {', '.join(labels)}")
        picks: list[int] = np.linspace(0, len(used) - 1, CLIPS).astype(int).tolist()
        self._clips = clips
        self._look_ahead = config.batch.look_ahead
        self._chosen = [used[at] for at in sorted(set(picks))]
        self._classes = np.array(classes)
        self._anchors = anchors
        self._snapped = config.conditioning.vad and bool(labels)
        rng = np.random.default_rng(0)
        self._rooms = background_noise(ROOMS, config.model.context + 1, rng)

    @torch.no_grad()
    def score(self, model: FaceNet) -> Score:
        """The score of a network; an error at anchors counts only where it can tell them apart."""
        device = model.mean.device
        anchors = np.abs(self._at_anchors(model, device) - self._anchors.faces)
        errors = np.mean([self._clip_error(model, at, device) for at in self._chosen], axis=0)
        mean = float(anchors.mean())
        return Score(
            total=float(errors.mean()) + (mean if self._snapped else 0.0),
            anchors=mean,
            worst_anchor=float(anchors.max()),
            **{
                kind.lower(): float(errors[self._classes == kind].mean())
                for kind in ("LIPSYNC", "SHARED", "EXPRESSION")
            },
        )

    def _clip_error(self, model: FaceNet, at: int, device: torch.device) -> F32:
        """The mean errors (C,) over the clip's first frames."""
        begin = int(self._clips.starts[at])
        part = slice(begin, min(begin + FRAMES, int(self._clips.starts[at + 1])))
        frames = np.arange(part.start, part.stop)[None]
        mel = self._clips.mel_at(frames, np.array([at]), self._look_ahead)
        conditions = np.array(self._clips.conditions[part])[None]
        faces = model.clip(
            torch.as_tensor(mel, device=device), torch.as_tensor(conditions, device=device)
        )
        error: F32 = np.abs(faces[0].cpu().numpy() - self._clips.targets[part]).mean(axis=0)
        return error

    def _at_anchors(self, model: FaceNet, device: torch.device) -> F32:
        """The faces (ROOMS, E, C) in every room."""
        conditions = torch.as_tensor(self._anchors.conditions, device=device)
        rooms = torch.as_tensor(self._rooms, device=device)
        faces: F32 = model.last_face(rooms, conditions.expand(len(rooms), -1, -1)).cpu().numpy()
        return faces
