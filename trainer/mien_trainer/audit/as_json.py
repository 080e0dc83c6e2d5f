"""An audit for programs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import asdict

from mien.versions import schema_name
from mien_trainer.audit.report import Group, Report
from mien_trainer.audit.statistics import Example


def report_json(report: Report) -> dict[str, Any]:
    """Everything but faces and histograms; numbers to six decimals."""
    cover = report.cover
    whole = ("folder", "bank", "version", "artifact", "clips", "frames", "unmeasured", "failed")
    return {
        "schema": schema_name("targets-audit"),
        **{name: getattr(report, name) for name in whole},
        "findings": [_record(one) for one in report.findings],
        "faults": [
            {
                "code": kind.code,
                "count": kind.count,
                "first": [_record(one, without=("code",)) for one in kind.first],
            }
            for kind in report.faults
        ],
        "whole": _group(report.whole),
        "labels": [_group(one) for one in report.labels],
        "sources": [_group(one) for one in report.sources],
        "groups": [_group(one) for one in report.groups],
        "voices": [
            {
                "source": one.source,
                "voice": one.voice,
                "clips": {split.value: count for split, count in one.splits.items()},
                "closures": {"kept": one.kept, "all": one.closures},
            }
            for one in report.voices
        ],
        "coverage": {
            "splits": {split.value: count for split, count in cover.splits.items()},
            "phonemes": dict(cover.phonemes),
            "evenness": round(cover.evenness, 6),
            "missing": list(cover.missing),
            "rare": list(cover.rare),
            "absent_labels": list(cover.absent_labels),
            "valence_arousal": _maps(cover.valence_arousal),
            "arousal_dominance": _maps(cover.arousal_dominance),
        },
        "widest_open": [_example(one) for one in report.open],
        "farthest": [_example(one) for one in report.far],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "source": group.source,
        "real": group.real,
        "label": group.label,
        "clips": group.clips,
        "frames": group.frames,
        "silence": _record(group.silence),
        "speech": _record(group.speech),
        "lips_apart": {"targets": round(group.gap, 6), "bank": round(group.rest, 6)},
        "nearest_archetype": {
            "median": round(group.distance, 6),
            "percentile95": round(group.distance95, 6),
            "own_label": round(group.own, 6),
            "most_often": group.near,
        },
        "closures": {"kept": group.kept, "all": group.closures},
        "at_one": {name: round(share, 6) for name, share in group.ones.items()},
        "at_zero": {name: round(share, 6) for name, share in group.zeros.items()},
    }


def _example(example: Example) -> dict[str, Any]:
    return _record(example, without=("source", "face", "expected"))


def _maps(maps: Mapping[str, tuple[tuple[int, ...], ...]]) -> dict[str, list[list[int]]]:
    return {label: [list(row) for row in rows] for label, rows in maps.items()}


def _record(record: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:  # noqa: ANN401  any of ours
    return asdict(
        record,
        filter=lambda attribute, _: attribute.name not in without,
        value_serializer=lambda _, __, value: (
            value.value
            if isinstance(value, Enum)
            else round(value, 6)
            if isinstance(value, float)
            else value
        ),
    )
