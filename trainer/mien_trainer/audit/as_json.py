"""An audit for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien_trainer.audit.report import Energy, Group, Moment, Report
from mien_trainer.audit.statistics import Example

SCHEMA = "mien/targets-audit/1"
"""What the first key says."""


def report_json(report: Report) -> dict[str, Any]:
    """Everything but faces and histograms; numbers to six decimals."""
    cover = report.cover
    return {
        "schema": SCHEMA,
        "folder": report.folder,
        "bank": report.bank,
        "version": report.version,
        "artifact": report.artifact,
        "clips": report.clips,
        "frames": report.frames,
        "unmeasured": report.unmeasured,
        "failed": report.failed,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "subject": one.subject,
                "message": one.message,
                "hint": one.hint,
            }
            for one in report.findings
        ],
        "faults": [
            {
                "code": kind.code,
                "count": kind.count,
                "first": [
                    {"shard": one.shard, "clip": one.clip, "message": one.message}
                    for one in kind.first
                ],
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
        "silence": _moment(group.silence),
        "speech": _moment(group.speech),
        "lips_apart": {"targets": round(group.gap, 6), "bank": round(group.rest, 6)},
        "nearest_archetype": {
            "median": round(group.distance, 6),
            "percentile95": round(group.distance95, 6),
            "own_label": round(group.own, 6),
            "most_often": group.near,
        },
        "closures": {"kept": group.kept, "all": group.closures},
        "at_one": _shares(group.ones),
        "at_zero": _shares(group.zeros),
    }


def _moment(moment: Moment) -> dict[str, Any]:
    def energy(one: Energy) -> dict[str, float]:
        return {"weight": round(one.weight, 6), "motion": round(one.motion, 6)}

    return {
        "frames": moment.frames,
        "shared": energy(moment.shared),
        "lipsync": energy(moment.lipsync),
    }


def _shares(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: round(share, 6) for name, share in shares.items()}


def _maps(maps: Mapping[str, tuple[tuple[int, ...], ...]]) -> dict[str, list[list[int]]]:
    return {label: [list(row) for row in rows] for label, rows in maps.items()}


def _example(example: Example) -> dict[str, Any]:
    return {
        "shard": example.shard,
        "clip": example.clip,
        "label": example.label,
        "frame": example.frame,
        "value": round(example.value, 6),
    }
