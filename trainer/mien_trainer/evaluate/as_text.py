"""An evaluation as a table on the terminal, and as JSON values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from mien_trainer.evaluate.record import Evaluation, Figure, figures


def lines(found: Evaluation) -> Iterator[str]:
    """The figures with their bounds, then what is worth knowing beside them."""
    yield f"{found.name} beside {found.bank} {found.version} ({found.artifact[:12]})"
    rows = list(figures(found))
    width = max(len(row.name) for row in rows)
    for row in rows:
        mark = "ok  " if row.kept else "MISS"
        side = "at most" if row.most else "at least"
        yield f"  {mark}  {row.name:<{width}}  {_shown(row, row.value):>12}  {side} " + _shown(
            row, row.bound
        )
    yield "anchors"
    for one in found.anchors:
        yield f"  {one.sound:<24} mean {one.mean:.4f}  worst {one.worst:.4f}  own {one.own}"
    yield "lips"
    for match in found.lips:
        yield (
            f"  {match.name:<24} correlation {match.correlation:.3f}  error {match.error:.4f}"
            f"  ({match.clips} clips, {match.seconds:.0f} s)"
        )
    yield "effects, mean change of LIPSYNC / SHARED / EXPRESSION channels"
    for effect in found.effects:
        yield f"  {effect.cause:<24} {_classes(effect.change)}"
    yield f"  {'beyond the rule, speaking':<24} {_classes(found.departure.change)}"


def as_json(found: Evaluation) -> dict[str, Any]:
    """Everything but the faces themselves."""
    return {
        "name": found.name,
        "bank": found.bank,
        "version": found.version,
        "artifact": found.artifact,
        "figures": [{**asdict(row), "kept": row.kept} for row in figures(found)],
        "anchors": [
            {
                "sound": one.sound,
                "mean": one.mean,
                "worst": one.worst,
                "own": one.own,
                "by_label": one.by_label,
            }
            for one in found.anchors
        ],
        "distinct": [
            {
                "intensity": one.intensity,
                "sound": one.sound,
                "own": one.own,
                "closest": one.closest,
                "distances": one.distances.tolist(),
            }
            for one in found.distinct
        ],
        "smoothness": [asdict(one) for one in found.smoothness],
        "repeats": asdict(found.repeats),
        "lips": [asdict(one) for one in found.lips],
        "closures": [asdict(one) for one in found.closures],
        "effects": [asdict(one) for one in found.effects],
        "departure": asdict(found.departure),
        "speed": asdict(found.speed),
    }


def _shown(row: Figure, value: float) -> str:
    text = f"{value:.0f}" if value >= 1000 or float(value).is_integer() else f"{value:.4g}"
    return f"{text} {row.unit}".strip()


def _classes(change: dict[str, float]) -> str:
    return " / ".join(f"{value:.4f}" for value in change.values())
