"""An evaluation as JSON values for programs."""

from __future__ import annotations

from typing import Any

from attrs import asdict

from mien_trainer.evaluate.anchors import AnchorErrors
from mien_trainer.evaluate.distinct import Distinctness
from mien_trainer.evaluate.record import Evaluation, Figure, Report, drift_figure, figures

SCHEMA = "mien/evaluation/1"


def report_json(report: Report) -> dict[str, Any]:
    """Everything but the faces themselves."""
    return {
        "schema": SCHEMA,
        "kept": report.kept,
        "networks": [evaluation_json(one) for one in report.networks],
        "together": [_figure(row) for row in drift_figure(report)],
    }


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """One network."""
    return {
        "name": found.name,
        "checkpoint": found.checkpoint,
        "bank": found.bank,
        "version": found.version,
        "artifact": found.artifact,
        "figures": [_figure(row) for row in figures(found)],
        "anchors": [_anchors(one) for one in found.anchors],
        "distinct": [_distinct(one) for one in found.distinct],
        "smoothness": [asdict(one) for one in found.smoothness],
        "repeats": asdict(found.repeats),
        "lips": [asdict(one) for one in found.lips],
        "beside": None if found.beside is None else asdict(found.beside),
        "closures": [asdict(one) for one in found.closures],
        "effects": [asdict(one) for one in found.effects],
        "departure": asdict(found.departure),
        "speed": asdict(found.speed),
    }


def _figure(row: Figure) -> dict[str, Any]:
    return {**asdict(row), "kept": row.kept}


def _anchors(one: AnchorErrors) -> dict[str, Any]:
    return {
        "sound": one.sound,
        "mean": one.mean,
        "worst": one.worst,
        "own": one.own,
        "by_label": one.by_label,
    }


def _distinct(one: Distinctness) -> dict[str, Any]:
    return {
        "intensity": one.intensity,
        "sound": one.sound,
        "own": one.own,
        "closest": one.closest,
        "distances": one.distances.tolist(),
    }
