"""Clips one after another into sums: every one is looked at once and forgotten."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import frozen

from mien.bank import Bank
from mien_trainer.audit.check import Found, antagonist_faults, structure_faults
from mien_trainer.audit.coverage import Coverage
from mien_trainer.audit.fault import Faults
from mien_trainer.audit.leaks import Leaks
from mien_trainer.audit.limits import EXPLAINED, QUIET
from mien_trainer.audit.moments import Mask, silent_frames, spoken_frames
from mien_trainer.audit.reference import Reference
from mien_trainer.audit.tally import Tally
from mien_trainer.audit.worst import Example, Worst
from mien_trainer.frames import F32
from mien_trainer.lips.closures import closures_kept, lip_gap
from mien_trainer.phonemes import SILENCE
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip


@frozen(kw_only=True)
class Group:
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
        self.tallies: dict[Group, Tally] = {}
        self.closures: dict[tuple[str, str], tuple[int, int]] = {}
        self.splits = dict.fromkeys(Split, 0)
        self.unmeasured = 0
        self.open, self.far = Worst(), Worst()
        self._bank, self._mels = bank, mels

    def see(self, clip: Clip, shard: str) -> None:
        """Measure one clip. One that is broken is named and counted, and not measured."""
        self.splits[clip.split] += 1
        self.leaks.see(clip, shard)
        if self._name_all(structure_faults(clip, self._bank, self._mels), clip, shard):
            self.unmeasured += 1
            return
        self._name_all(antagonist_faults(clip, self._bank.tables), clip, shard)
        if _speaks(clip) and clip.mel.max() < QUIET:
            told = f"the loudest band reaches {clip.mel.max():.1f}, expected over {QUIET:g}"
            self.faults.add("silent", shard, clip.id, told)
        self.coverage.add(clip, self._bank.labels.index(clip.label))
        self._measure(clip, shard)

    def _name_all(self, found: Iterable[Found], clip: Clip, shard: str) -> bool:
        """One fault a code, whatever it says of the clip; whether there was any."""
        told: dict[str, list[str]] = {}
        for code, message in found:
            told.setdefault(code, []).append(message)
        for code, messages in told.items():
            self.faults.add(code, shard, clip.id, "; ".join(messages))
        return bool(told)

    def _measure(self, clip: Clip, shard: str) -> None:
        group = Group(source=clip.source, real=clip.real, label=clip.label)
        if group not in self.tallies:
            channels, archetypes = len(self._bank.channels), len(self.reference.archetypes)
            self.tallies[group] = Tally(channels, archetypes)
        tally = self.tallies[group]
        tally.clips += 1
        tally.frames += clip.frames
        silent = silent_frames(clip.speech)
        tally.silence.add(clip.targets, silent)
        tally.speech.add(clip.targets, spoken_frames(clip.speech))
        expected = self.reference.expected(clip)
        tally.ones += ((clip.targets == 1.0) & (expected < 1.0 - EXPLAINED)).sum(axis=0)
        if silent.any():
            self._measure_silence(clip, shard, tally, silent, expected)
        self._measure_closures(clip, tally)

    def _measure_silence(
        self, clip: Clip, shard: str, tally: Tally, silent: Mask, expected: F32
    ) -> None:
        faces, own = clip.targets[silent], expected[silent]
        gap, rest = (lip_gap(one, self._bank.channels) for one in (faces, own))
        tally.gap += float(gap.sum(dtype=np.float64))
        tally.rest += float(rest.sum(dtype=np.float64))
        tally.expected += own.sum(axis=0, dtype=np.float64)
        tally.zeros += ((faces == 0.0) & (own > EXPLAINED)).sum(axis=0)
        near, far = self.reference.nearest(faces)
        tally.distances.add(far)
        tally.nearest += np.bincount(near, minlength=len(tally.nearest))
        label = self._bank.labels.index(clip.label)
        tally.own += int((self.reference.labels[near] == label).sum())
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

    def _measure_closures(self, clip: Clip, tally: Tally) -> None:
        kept, closures = closures_kept(clip.targets, clip.phonemes)
        tally.kept += kept
        tally.closures += closures
        name = (clip.source, clip.voice)
        before = self.closures.get(name, (0, 0))
        self.closures[name] = (before[0] + kept, before[1] + closures)


def _speaks(clip: Clip) -> bool:
    return any(phoneme.symbol != SILENCE for phoneme in clip.phonemes)
