"""Kept speech under another bank: the sound of finished targets, and faces made anew.

Speaking, aligning and listening are most of what targets cost, and no bank changes them. A clip
keeps its log-mel frames, its phonemes and its seed, and so the path that its label takes; where a
person's face was captured, that stays too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from mien.bank import Bank
from mien.engine.tables import Tables
from mien.text.canonical import canonical
from mien_trainer.conditions import condition_rows
from mien_trainer.expression.emphases import mel_emphases
from mien_trainer.expression.path import path_of
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.speech import Prosody, SpeechRefusedError, Split
from mien_trainer.targets.clip import Clip, ClipSpec, ShardHeader
from mien_trainer.targets.folder import Pins
from mien_trainer.targets.maker import performed_faces, plan_of, require_lips
from mien_trainer.targets.manifest import Manifest, manifest_digest
from mien_trainer.targets.plan import apportion
from mien_trainer.targets.recipe import RecipeSources
from mien_trainer.targets.rows import ClipRow, shard_rows
from mien_trainer.targets.shard import iterate_shard
from mien_trainer.targets.sources import programs
from mien_trainer.timings.spoken import lip_track_of
from mien_trainer.timings.timed import TimedSpeech

CAPTURED = ("takes", "mead")
"""Sources whose faces were filmed: they keep their label."""


@frozen(kw_only=True, eq=False)
class RecastSetup:
    """Kept targets and another bank; see `mien_trainer.targets.worker.WorkerSetup`.

    ``folder`` holds shards that were made for ``artifact``.
    """

    folder: Path
    artifact: str
    tables: Tables
    header: ShardHeader
    programs: Mapping[str, str]

    def open(self) -> Recaster:
        """What makes the faces.

        Raises:
            TrainerError: the bank has other channels than the lips.
        """
        return Recaster(self.folder, self.artifact, Bank(self.tables, self.header.artifact))


@frozen(kw_only=True, eq=False)
class Recast:
    """Kept targets on their way to another bank: each clip, and what they are made from."""

    specs: tuple[ClipSpec, ...]
    setup: RecastSetup
    pins: Pins


def recast(folder: Path, kept: Manifest, bank: Bank, clips: int | None = None) -> Recast:
    """What ``kept`` in ``folder`` becomes for ``bank``; ``clips`` at most, split as they are.

    Clips keep their labels. Where the bank has others, clips are dealt anew so that all labels get
    their share, and no more change their label than have to.

    Raises:
        TrainerError: the targets are for another rig.
        ShardError: a shard is missing or damaged.
    """
    check_rig(folder, kept, bank)
    many = {split.value: sum(shard.clips for shard in kept.of(split)) for split in Split}
    most = apportion(min(clips or kept.clips, kept.clips), many)
    specs = [spec for split in Split for spec in _specs(folder, kept, bank, split, most)]
    speech = manifest_digest(kept)
    own = dict(sorted({**programs(RecipeSources()), "speech": speech}.items()))
    recipe = canonical({"clips": [most[split.value] for split in Split], "speech": speech})
    return Recast(
        specs=tuple(specs),
        setup=RecastSetup(
            folder=folder.resolve(),
            artifact=kept.artifact,
            tables=bank.tables,
            header=ShardHeader.of(bank),
            programs=own,
        ),
        pins=Pins(
            recipe_sha256=hashlib.sha256(recipe.encode()).hexdigest(),
            artifact=bank.digest,
            programs=own,
        ),
    )


def check_rig(folder: Path, kept: Manifest, bank: Bank) -> None:
    """See that the targets ``kept`` in ``folder`` have the channels of ``bank``.

    Raises:
        TrainerError: they are for another rig.
    """
    if kept.channels != bank.channels:
        raise TrainerError(
            f"{folder}: targets with the channels of another rig than {bank.id}'s: make targets of "
            f"{bank.id} with `mien targets make`"
        )


def _specs(
    folder: Path, kept: Manifest, bank: Bank, split: Split, most: Mapping[str, int]
) -> Iterator[ClipSpec]:
    """The clips of a split; ``item`` names the shard that has a clip."""
    found = [
        (shard.file, row) for shard in kept.of(split) for row in shard_rows(folder / shard.file)
    ]
    found = list(islice(found, most[split.value]))
    labels = dealt([row for _, row in found], kept.labels, bank.labels)
    for (file, row), label in zip(found, labels, strict=True):
        yield ClipSpec(
            id=row.id,
            source=row.source,
            item=file,
            split=split,
            label=label,
            seed=0,
            prosody=Prosody(),
        )


def dealt(rows: Sequence[ClipRow], before: Sequence[str], labels: Sequence[str]) -> list[str]:
    """A label of ``labels`` for each clip: its own, if these are the labels that were ``before``.

    Else each label gets an even share, of its own clips first.
    """
    if set(before) == set(labels):
        return [row.label for row in rows]
    performed = [row.label for row in rows if row.source not in CAPTURED]
    open_ = apportion(len(performed), dict.fromkeys(labels, 1.0))
    kept: list[str | None] = []
    for row in rows:
        stays = row.source in CAPTURED or open_.get(row.label, 0) > 0
        kept.append(row.label if stays else None)
        if stays and row.source not in CAPTURED:
            open_[row.label] -= 1
    rounds = range(max(open_.values(), default=0))
    rest = (label for turn in rounds for label in labels if open_[label] > turn)
    return [next(rest) if label is None else label for label in kept]


class Recaster:
    """Makes clips of kept ones; a spec gives the same clip in any process and order."""

    speech_seconds = 0.0

    def __init__(self, folder: Path, artifact: str, bank: Bank) -> None:
        """Raises TrainerError if the bank has other channels than the lips."""
        require_lips(bank)
        self._folder, self._artifact, self._bank = folder, artifact, bank
        self._file, self._clips = "", dict[str, Clip]()

    def make(self, spec: ClipSpec) -> Clip:
        """The clip of a spec.

        Raises:
            SpeechRefusedError: a filmed face has a label that the bank lacks, or a clip has no
                phonemes.
            ShardError: the shard is damaged, or not the one that was planned with.
        """
        if self._file != spec.item:
            path = self._folder / spec.item
            self._clips = {clip.id: clip for clip in iterate_shard(path, self._artifact)}
            self._file = spec.item
        clip = self._clips.get(spec.id)
        if clip is None:
            raise TrainerError(f"{self._folder / spec.item}: has no clip {spec.id} any more")
        if spec.label not in self._bank.labels:
            raise SpeechRefusedError(f"a face of {spec.label}, which {self._bank.id} has not")
        if clip.source in CAPTURED:
            return self._captured(clip)
        if not clip.phonemes:
            raise SpeechRefusedError("sound without phonemes has no lips")
        speech = TimedSpeech(
            phonemes=clip.phonemes,
            stresses=mel_emphases(clip.mel, clip.phonemes),
            source=clip.source,
        )
        plan = plan_of(self._bank, spec.label, clip.frames, clip.seed)
        lips = lip_track_of(speech, clip.frames)
        return self._clip(
            evolve(clip, label=spec.label, speech=lips.speech),
            path_of(plan),
            performed_faces(self._bank, plan, lips),
        )

    def _captured(self, clip: Clip) -> Clip:
        """A filmed face, at the anchor of its label that is nearest to where it was."""
        table = self._bank.tables.labels[self._bank.labels.index(clip.label)]
        away = np.abs(table.anchors - clip.conditions[0, -3:]).sum(axis=1)
        anchor = table.anchors[int(away.argmin())]
        return self._clip(clip, np.tile(anchor, (clip.frames, 1)), clip.targets)

    def _clip(self, clip: Clip, path: F32, targets: F32) -> Clip:
        labels = self._bank.labels
        conditions = condition_rows(labels.index(clip.label), len(labels), path)
        return evolve(clip, conditions=conditions, targets=targets)
