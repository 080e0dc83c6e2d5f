"""Clips one after another into sums: every one is looked at once and forgotten."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien_trainer.audit.coverage import Coverage
from mien_trainer.audit.faults import Faults, Found, Leaks, antagonist_faults, structure_faults
from mien_trainer.audit.limits import EXPLAINED, QUIET
from mien_trainer.audit.statistics import (
    Example,
    GroupStatistics,
    LargestExamples,
    Mask,
    silent_frames,
    spoken_frames,
)
from mien_trainer.expression.track import expression_track
from mien_trainer.frames import F32
from mien_trainer.lips.closures import closures_kept, lip_gap
from mien_trainer.phonemes import SILENCE
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip


@frozen(kw_only=True)
class GroupKey:
    """Clips of one source and one label are judged together; ``real``: a person spoke."""

    source: str
    real: bool
    label: str


class Auditor:
    """Sums over all clips seen so far; memory grows by a few words a clip, not by its frames."""

    def __init__(self, bank: Bank, mels: int) -> None:
        self.reference = Reference(bank)
        self.faults = Faults()
        self.leaks = Leaks(self.faults)
        self.coverage = Coverage(len(bank.labels))
        self.statistics: dict[GroupKey, GroupStatistics] = {}
        self.closures: dict[tuple[str, str], tuple[int, int]] = {}
        self.splits = dict.fromkeys(Split, 0)
        self.unmeasured = 0
        self.open, self.far = LargestExamples(), LargestExamples()
        self._bank, self._mels = bank, mels

    def add(self, clip: Clip, shard: str) -> None:
        """Measure one clip. One that is broken is named and counted, and not measured."""
        self.splits[clip.split] += 1
        self.leaks.add(clip, shard)
        if self._name_all(structure_faults(clip, self._bank, self._mels), clip, shard):
            self.unmeasured += 1
            return
        self._name_all(antagonist_faults(clip, self._bank.tables), clip, shard)
        if any(phoneme.symbol != SILENCE for phoneme in clip.phonemes) and clip.mel.max() < QUIET:
            message = f"the loudest band reaches {clip.mel.max():.1f}, expected over {QUIET:g}"
            self.faults.add("silent", shard, clip.id, message)
        self.coverage.add(clip, self._bank.labels.index(clip.label))
        self._measure(clip, shard)

    def _name_all(self, found: Iterable[Found], clip: Clip, shard: str) -> bool:
        """One fault a code, whatever it says of the clip; whether there was any."""
        by_code: dict[str, list[str]] = {}
        for code, message in found:
            by_code.setdefault(code, []).append(message)
        for code, messages in by_code.items():
            self.faults.add(code, shard, clip.id, "; ".join(messages))
        return bool(by_code)

    def _measure(self, clip: Clip, shard: str) -> None:
        group = GroupKey(source=clip.source, real=clip.real, label=clip.label)
        if group not in self.statistics:
            channels, archetypes = len(self._bank.channels), len(self.reference.archetypes)
            self.statistics[group] = GroupStatistics(channels, archetypes)
        sums = self.statistics[group]
        sums.clips += 1
        sums.frames += clip.frames
        silent = silent_frames(clip.speech)
        sums.silence.add(clip.targets, silent)
        sums.speech.add(clip.targets, spoken_frames(clip.speech))
        expected = self.reference.expected(clip)
        sums.ones += ((clip.targets == 1.0) & (expected < 1.0 - EXPLAINED)).sum(axis=0)
        if silent.any():
            self._measure_silence(clip, shard, sums, silent, expected)
        self._measure_closures(clip, sums)

    def _measure_silence(
        self, clip: Clip, shard: str, sums: GroupStatistics, silent: Mask, expected: F32
    ) -> None:
        faces, own = clip.targets[silent], expected[silent]
        gap, rest = (lip_gap(one, self._bank.channels) for one in (faces, own))
        sums.gap += float(gap.sum(dtype=np.float64))
        sums.rest += float(rest.sum(dtype=np.float64))
        sums.expected += own.sum(axis=0, dtype=np.float64)
        sums.zeros += ((faces == 0.0) & (own > EXPLAINED)).sum(axis=0)
        near, far = self.reference.nearest(faces)
        sums.distances.add(far)
        sums.nearest += np.bincount(near, minlength=len(sums.nearest))
        label = self._bank.labels.index(clip.label)
        sums.own += int((self.reference.labels[near] == label).sum())
        places = np.flatnonzero(silent)
        away = np.abs(faces - own).mean(axis=1)
        for worst, by_frame in ((self.open, gap - rest), (self.far, away)):
            at = int(by_frame.argsort(kind="stable")[len(by_frame) // 2])
            worst.add(
                Example(
                    value=float(by_frame[at]),
                    shard=shard,
                    clip=clip.id,
                    source=clip.source,
                    label=clip.label,
                    frame=int(places[at]),
                    face=faces[at].copy(),
                    expected=own[at].copy(),
                )
            )

    def _measure_closures(self, clip: Clip, sums: GroupStatistics) -> None:
        kept, closures = closures_kept(clip.targets, clip.phonemes)
        sums.kept += kept
        sums.closures += closures
        name = (clip.source, clip.voice)
        before = self.closures.get(name, (0, 0))
        self.closures[name] = (before[0] + kept, before[1] + closures)


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
