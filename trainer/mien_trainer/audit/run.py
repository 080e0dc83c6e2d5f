"""A folder to its audit: from an auditor's sums to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from mien.engine.tables import Tables
from mien_trainer.audit.auditor import Auditor, GroupKey
from mien_trainer.audit.coverage import ENGLISH, evenness
from mien_trainer.audit.findings import findings
from mien_trainer.audit.inputs import AuditInput
from mien_trainer.audit.limits import MISSING
from mien_trainer.audit.report import Cover, Energy, Group, Moment, Report, VoiceRow
from mien_trainer.audit.statistics import I64, ChannelStatistics, GroupStatistics
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.speech import Split


def audit(inputs: AuditInput, name: str, step: Callable[[], None] = lambda: None) -> Report:
    """Look at every clip of ``inputs`` once; ``step`` is called after each.

    Raises:
        TrainerError: something is missing or damaged, or there is not one clip.
    """
    bank = inputs.bank
    auditor = Auditor(bank, inputs.mels)
    for shard, clip in inputs.clips(auditor.faults):
        auditor.add(clip, shard)
        step()
    clips = sum(auditor.splits.values())
    faults = auditor.faults
    if not clips and not any(faults.kinds()):
        raise TrainerError(f"{name}: there is not one clip in it")
    voices = voice_rows(auditor, auditor.leaks.end())
    summary, covered = Summary(auditor), cover(auditor)
    sources, groups, kinds = summary.sources(), summary.groups(), tuple(faults.kinds())
    return Report(
        folder=name,
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        clips=clips,
        frames=sum(group.frames for group in sources),
        unmeasured=auditor.unmeasured,
        findings=tuple(findings(kinds, groups, sources, voices, covered, finished=inputs.finished)),
        faults=kinds,
        whole=summary.whole(),
        labels=summary.labels(),
        sources=sources,
        groups=groups,
        voices=voices,
        cover=covered,
        open=auditor.open.examples(),
        far=auditor.far.examples(),
    )


DISTANCES = (40, 0.2)
"""The histogram of distances: how many bins, and up to where."""

_Columns = npt.NDArray[np.intp]


class Summary:
    """The groups of an audit, by source and label, by either alone, and all in one."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._reference = auditor.reference
        order = auditor.reference.bank.labels.index
        self._keys = sorted(
            auditor.statistics, key=lambda key: (not key.real, key.source, order(key.label))
        )
        tables = auditor.reference.bank.tables
        self._shared = _columns(tables, "SHARED")
        self._lipsync = _columns(tables, "LIPSYNC")

    def whole(self) -> Group:
        """All clips."""
        return self._group("", None, "", self._keys)

    def labels(self) -> tuple[Group, ...]:
        """A group a label that is there, in the bank's order."""
        found = {
            label: [key for key in self._keys if key.label == label]
            for label in self._reference.bank.labels
        }
        return tuple(self._group("", None, label, keys) for label, keys in found.items() if keys)

    def sources(self) -> tuple[Group, ...]:
        """A group a source, real ones first."""
        found: dict[tuple[str, bool], list[GroupKey]] = {}
        for key in self._keys:
            found.setdefault((key.source, key.real), []).append(key)
        return tuple(self._group(*source, "", keys) for source, keys in found.items())

    def groups(self) -> tuple[Group, ...]:
        """A group a source and label."""
        return tuple(self._group(key.source, key.real, key.label, [key]) for key in self._keys)

    def _group(self, source: str, real: bool | None, label: str, keys: Iterable[GroupKey]) -> Group:
        reference = self._reference
        sums = GroupStatistics(len(reference.bank.channels), len(reference.archetypes))
        for key in keys:
            sums.merge(self._auditor.statistics[key])
        silent = sums.silence.frames
        return Group(
            source=source,
            real=real,
            label=label,
            clips=sums.clips,
            frames=sums.frames,
            silence=self._moment(sums.silence),
            speech=self._moment(sums.speech),
            gap=_share(sums.gap, silent),
            rest=_share(sums.rest, silent),
            distance=sums.distances.quantile(0.5),
            distance95=sums.distances.quantile(0.95),
            own=_share(sums.own, silent),
            near=str(reference.archetypes[int(sums.nearest.argmax())]) if silent else "",
            kept=sums.kept,
            closures=sums.closures,
            ones=self._by_channel(sums.ones, sums.frames),
            zeros=self._by_channel(sums.zeros, silent),
            face=_mean(sums.silence.weights, silent),
            expected=_mean(sums.expected, silent),
            distances=sums.distances.histogram(*DISTANCES),
        )

    def _moment(self, part: ChannelStatistics) -> Moment:
        def energy(columns: _Columns) -> Energy:
            width = len(columns) or 1
            return Energy(
                weight=_share(float(part.weights[columns].sum()), part.frames * width),
                motion=_share(float(part.motion[columns].sum()), part.steps * width),
            )

        return Moment(
            frames=part.frames, shared=energy(self._shared), lipsync=energy(self._lipsync)
        )

    def _by_channel(self, counts: I64, frames: int) -> Mapping[str, float]:
        return {
            name: int(count) / frames
            for name, count in zip(self._reference.bank.channels, counts, strict=True)
            if count
        }


def voice_rows(
    auditor: Auditor, splits: Mapping[tuple[str, str], Mapping[Split, int]]
) -> tuple[VoiceRow, ...]:
    """A row a voice that says anything; ``splits`` as `Leaks.end` gives them."""
    rows: list[VoiceRow] = []
    for (source, voice), counts in splits.items():
        kept, closures = auditor.closures.get((source, voice), (0, 0))
        rows.append(
            VoiceRow(source=source, voice=voice, splits=counts, kept=kept, closures=closures)
        )
    return tuple(rows)


def cover(auditor: Auditor) -> Cover:
    """What the clips have, and what they lack."""
    coverage, labels = auditor.coverage, auditor.reference.bank.labels
    said = coverage.phonemes
    total = sum(said.get(name, 0) for name in ENGLISH)
    shown = [at for at, one in enumerate(coverage.valence_arousal) if one.any()]
    return Cover(
        splits=dict(auditor.splits),
        phonemes=dict(sorted(said.items(), key=lambda item: (-item[1], item[0]))),
        evenness=evenness(said) if total else 0.0,
        missing=tuple(name for name in ENGLISH if total and name not in said),
        rare=tuple(name for name in ENGLISH if 0 < said.get(name, 0) < MISSING * total),
        absent_labels=tuple(label for at, label in enumerate(labels) if at not in shown),
        valence_arousal={labels[at]: _rows(coverage.valence_arousal[at]) for at in shown},
        arousal_dominance={labels[at]: _rows(coverage.arousal_dominance[at]) for at in shown},
        levels=tuple(int(count) for count in coverage.levels),
    )


def _columns(tables: Tables, kind: str) -> _Columns:
    return np.array([at for at, one in enumerate(tables.classes) if one == kind], dtype=np.intp)


def _rows(counts: I64) -> tuple[tuple[int, ...], ...]:
    rows: list[list[int]] = counts.tolist()
    return tuple(tuple(row) for row in rows)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(total: npt.NDArray[np.float64], frames: int) -> F32 | None:
    return (total / frames).astype(np.float32) if frames else None
