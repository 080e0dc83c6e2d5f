"""What came of each setting, over its seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien_trainer.compare.train_all import Job
from mien_trainer.evaluate.anchors import AnchorErrors, anchor_errors, drift
from mien_trainer.evaluate.distinct import distinctness
from mien_trainer.evaluate.lips import lip_match
from mien_trainer.evaluate.predictor import Subject
from mien_trainer.evaluate.smoothness import smoothness
from mien_trainer.evaluate.sounds import Sound, silence
from mien_trainer.evaluate.torch_predictor import TorchPredictor
from mien_trainer.frames import F32
from mien_trainer.targets.stored import StoredClip
from mien_trainer.train.checkpoint import load_checkpoint


@frozen(kw_only=True, eq=False)
class Result:
    """One setting; numbers are means over its seeds, but for ``worst`` and ``own``.

    ``mean`` and ``worst`` anchor errors in silence over all channels, the worst over seeds too;
    ``own`` of the anchors are nearest to their own archetype, in the worst seed; ``told`` labels
    are told apart while speaking, likewise; ``contrast`` is the mean distance between the faces at
    all anchors as a share of that between the archetypes: 1 as authored, 0 one face for all;
    ``drift`` the mean distance at the anchors between two seeds; ``smooth`` the mean change for a
    VAD step of 0.05; ``lips`` the correlation of LIPSYNC channels with those of unheard clips.
    ``faces`` (E * K, C) are the first seed's at the anchors.
    """

    key: str
    title: str
    snap: float
    seeds: int
    mean: float
    worst: float
    own: int
    told: int
    contrast: float
    drift: float
    smooth: float
    lips: float
    faces: F32


def results(
    done: Sequence[Job], bank: Bank, clips: Sequence[StoredClip], step: Callable[[], None]
) -> tuple[Result, ...]:
    """The results by setting, in the order of the settings."""
    order: dict[str, list[Job]] = {}
    for job in done:
        order.setdefault(job.setting.key, []).append(job)
    return tuple(_result(own, bank, clips, step) for own in order.values())


@frozen(kw_only=True, eq=False)
class _Sample:
    """What was measured of one training."""

    anchors: AnchorErrors
    told: int
    smooth: float
    lips: float


def _result(
    own: Sequence[Job], bank: Bank, clips: Sequence[StoredClip], step: Callable[[], None]
) -> Result:
    setting = own[0].setting
    samples: list[_Sample] = []
    for job in own:
        samples.append(_sample(job, bank, clips))
        step()
    faces = [one.anchors.faces for one in samples]
    authored = np.concatenate([table.archetypes for table in bank.tables.labels])
    return Result(
        key=setting.key,
        title=setting.title,
        snap=setting.snap,
        seeds=len(own),
        mean=fmean(one.anchors.mean for one in samples),
        worst=max(one.anchors.worst for one in samples),
        own=min(one.anchors.own for one in samples),
        told=min(one.told for one in samples),
        contrast=fmean(_spread(one) for one in faces) / _spread(authored),
        drift=drift(faces),
        smooth=fmean(one.smooth for one in samples),
        lips=fmean(one.lips for one in samples),
        faces=faces[0],
    )


def _sample(job: Job, bank: Bank, clips: Sequence[StoredClip]) -> _Sample:
    network = TorchPredictor(load_checkpoint(job.last).model.eval())
    subject = Subject(predict=network, bank=bank)
    quiet = silence()
    longest = max(clips, key=lambda clip: len(clip.mel))
    voice = Sound(name=longest.voice, mel=longest.mel)
    return _Sample(
        anchors=anchor_errors(subject, quiet, range(len(bank.channels))),
        told=min(distinctness(subject, voice, at).own for at in bank.intensities),
        smooth=smoothness(subject, quiet).mean,
        lips=lip_match(subject, "unheard", clips).correlation,
    )


def _spread(faces: F32) -> float:
    """The mean absolute difference between any two faces (n, C)."""
    apart = np.abs(faces[:, None] - faces[None]).mean(axis=2, dtype=np.float64)
    return float(apart.sum() / (len(faces) * (len(faces) - 1)))
