"""What came of each setting over its seeds, as records, a table and JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from attrs import asdict, frozen

from mien.bank import Bank
from mien_trainer.compare.trainings import Job
from mien_trainer.evaluate.clips import Sound, silence
from mien_trainer.evaluate.lips import lip_match
from mien_trainer.evaluate.network import EvaluatedNetwork, torch_predictor
from mien_trainer.evaluate.presets import (
    AnchorErrors,
    anchor_errors,
    distinctness,
    drift,
    smoothness,
)
from mien_trainer.frames import F32
from mien_trainer.targets.clip import Clip
from mien_trainer.train.checkpoint import load_checkpoint


@frozen(kw_only=True, eq=False)
class Result:
    """One setting; numbers are means over its seeds, but for ``worst`` and ``own``.

    ``mean`` and ``worst`` anchor errors in silence over all channels, the worst over seeds too;
    ``own`` of the anchors are nearest to their own archetype, in the worst seed; ``distinct``
    labels can be told apart while speaking, likewise; ``contrast`` is the mean distance between the
    faces at all anchors as a share of that between the archetypes: 1 as authored, 0 one for all;
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
    distinct: int
    contrast: float
    drift: float
    smooth: float
    lips: float
    faces: F32


def results(
    done: Sequence[Job], bank: Bank, clips: Sequence[Clip], step: Callable[[], None]
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
    distinct: int
    smooth: float
    lips: float


def _result(
    own: Sequence[Job], bank: Bank, clips: Sequence[Clip], step: Callable[[], None]
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
        distinct=min(one.distinct for one in samples),
        contrast=fmean(_spread(one) for one in faces) / _spread(authored),
        drift=drift(faces),
        smooth=fmean(one.smooth for one in samples),
        lips=fmean(one.lips for one in samples),
        faces=faces[0],
    )


def _sample(job: Job, bank: Bank, clips: Sequence[Clip]) -> _Sample:
    network = EvaluatedNetwork(predict=torch_predictor(load_checkpoint(job.last).model), bank=bank)
    quiet = silence()
    longest = max(clips, key=lambda clip: len(clip.mel))
    voice = Sound(name=longest.voice, mel=longest.mel)
    return _Sample(
        anchors=anchor_errors(network, quiet, range(len(bank.channels))),
        distinct=min(distinctness(network, voice, at).own for at in bank.intensities),
        smooth=smoothness(network, quiet).mean,
        lips=lip_match(network, "unheard", clips).correlation,
    )


def _spread(faces: F32) -> float:
    """The mean absolute difference between any two faces (n, C)."""
    apart = np.abs(faces[:, None] - faces[None]).mean(axis=2, dtype=np.float64)
    return float(apart.sum() / (len(faces) * (len(faces) - 1)))


COLUMNS = (
    "error at anchors",
    "worst",
    "nearest to own",
    "told apart",
    "contrast",
    "drift",
    "VAD step",
    "lips",
)


def cells(result: Result) -> tuple[str, ...]:
    """The numbers of one setting, under `COLUMNS`."""
    return (
        f"{result.mean:.4f}",
        f"{result.worst:.3f}",
        f"{result.own} of {len(result.faces)}",
        str(result.distinct),
        f"{result.contrast:.2f}",
        f"{result.drift:.4f}",
        f"{result.smooth:.4f}",
        f"{result.lips:.3f}",
    )


def lines(found: Sequence[Result]) -> Iterator[str]:
    """A line a setting, under a head."""
    wide = max(len(one.title) for one in found)
    yield " " * wide + "  " + "  ".join(COLUMNS)
    for one in found:
        row = (f"{text:>{len(head)}}" for head, text in zip(COLUMNS, cells(one), strict=True))
        yield f"{one.title:<{wide}}  {'  '.join(row)}"


def as_json(found: Sequence[Result]) -> list[dict[str, Any]]:
    """Everything but the faces."""
    return [asdict(one, filter=lambda attribute, _: attribute.name != "faces") for one in found]
