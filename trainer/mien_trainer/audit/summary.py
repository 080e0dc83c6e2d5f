"""From an auditor's sums to a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from mien.engine.tables import Tables
from mien_trainer.audit.auditor import Auditor
from mien_trainer.audit.coverage import ENGLISH, evenness
from mien_trainer.audit.limits import MISSING
from mien_trainer.audit.report import Cover, Energy, Group, Moment, VoiceRow
from mien_trainer.audit.tally import I64, Part, Tally
from mien_trainer.frames import F32
from mien_trainer.speech import Split

DISTANCES = (40, 0.2)
"""The histogram of distances: how many bins, and up to where."""

_Columns = npt.NDArray[np.intp]


class Summary:
    """The groups of an audit, by source and label, by either alone, and all in one."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._reference = auditor.reference
        tables = auditor.reference.bank.tables
        self._shared = _columns(tables, "SHARED")
        self._lipsync = _columns(tables, "LIPSYNC")

    def whole(self) -> Group:
        """All clips."""
        return self._group("", None, "", self._auditor.tallies.values())

    def labels(self) -> tuple[Group, ...]:
        """A group a label that is there, in the bank's order."""
        tallies = self._auditor.tallies
        return tuple(
            self._group("", None, label, [one for at, one in tallies.items() if at.label == label])
            for label in self._reference.bank.labels
            if any(at.label == label for at in tallies)
        )

    def sources(self) -> tuple[Group, ...]:
        """A group a source, real ones first."""
        tallies = self._auditor.tallies
        names = sorted({(not at.real, at.source) for at in tallies})
        return tuple(
            self._group(
                source,
                not made,
                "",
                [one for at, one in tallies.items() if (not at.real, at.source) == (made, source)],
            )
            for made, source in names
        )

    def groups(self) -> tuple[Group, ...]:
        """A group a source and label."""
        order = self._reference.bank.labels.index
        return tuple(
            self._group(at.source, at.real, at.label, [one])
            for at, one in sorted(
                self._auditor.tallies.items(),
                key=lambda item: (not item[0].real, item[0].source, order(item[0].label)),
            )
        )

    def _group(self, source: str, real: bool | None, label: str, parts: Iterable[Tally]) -> Group:
        reference = self._reference
        tally = Tally(len(reference.bank.channels), len(reference.archetypes))
        for part in parts:
            tally.merge(part)
        silent = tally.silence.frames
        return Group(
            source=source,
            real=real,
            label=label,
            clips=tally.clips,
            frames=tally.frames,
            silence=self._moment(tally.silence),
            speech=self._moment(tally.speech),
            gap=_share(tally.gap, silent),
            rest=_share(tally.rest, silent),
            distance=tally.distances.quantile(0.5),
            distance95=tally.distances.quantile(0.95),
            own=_share(tally.own, silent),
            near=str(reference.archetypes[int(tally.nearest.argmax())]) if silent else "",
            kept=tally.kept,
            closures=tally.closures,
            ones=self._by_channel(tally.ones, tally.frames),
            zeros=self._by_channel(tally.zeros, silent),
            face=_mean(tally.silence.weights, silent),
            expected=_mean(tally.expected, silent),
            distances=tally.distances.histogram(*DISTANCES),
        )

    def _moment(self, part: Part) -> Moment:
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
