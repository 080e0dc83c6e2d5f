"""An evaluation as tables on the terminal, and as JSON values for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from attrs import Attribute, asdict

from mien.versions import schema_name
from mien_trainer.evaluate.lips import LATE, Kept
from mien_trainer.evaluate.result import (
    Evaluation,
    Figure,
    Report,
    all_figures,
    drift_figure,
    figures,
)
from mien_trainer.frames import FRAME_RATE

SCHEMA = schema_name("evaluation")


def report_lines(report: Report) -> Iterator[str]:
    """Each network, then what they say together, then whether all is kept."""
    for one in report.networks:
        yield from lines(one)
        yield ""
    yield from figure_lines(drift_figure(report))
    missed = sum(not row.kept for row in all_figures(report))
    yield f"{missed} figures miss their bounds" if missed else "every figure keeps its bound"


def lines(found: Evaluation) -> Iterator[str]:
    """The figures with their bounds, then what is worth knowing beside them."""
    yield f"{found.name} beside {found.bank} {found.version} ({found.artifact[:12]})"
    yield from figure_lines(figures(found))
    yield "anchors                        mean    worst    nearest to their own"
    for one in found.anchors:
        yield f"  {one.sound:<26} {one.mean:.4f}  {one.worst:.4f}  {one.own} of {len(one.faces)}"
    yield "lips                           correlation  error    opening  shut"
    for match in found.lips:
        yield (
            f"  {match.name:<26} {match.correlation:8.3f}     {match.error:.4f}"
            f"   {match.opening:5.0%}  {match.shut:5.0%}"
            f"     {match.clips} clips, {match.seconds:.0f} s"
        )
    if found.comparison is not None:
        other = found.comparison
        yield (
            f"  {other.clips} clips beside {other.name}: correlation "
            f"{other.correlation:.3f}, its own {other.other:.3f}"
        )
    late = f"{1e3 * LATE / FRAME_RATE:.0f} ms late"
    yield f"contacts kept                  p b m  {late}  gap left       f v  {late}  gap left"
    for closed in found.closures:
        yield f"  {closed.label:<26}{_kept(closed.lips)}   {_kept(closed.teeth)}"
    yield "mean change of a channel       LIPSYNC  SHARED  EXPRESSION"
    for effect in found.effects:
        yield f"  {effect.cause:<26} {_classes(effect.change)}"
    yield f"  {'beyond the rule, speaking':<26} {_classes(found.departure.change)}"
    yield (
        f"a frame of a stream takes {1e3 * found.speed.latency:.2f} ms, "
        f"{found.speed.latency * FRAME_RATE:.1%} of its time"
    )


def shown(row: Figure, value: float) -> str:
    """A value of a figure, with its unit."""
    if row.unit == "bytes":
        return f"{value / (1 << 20):.2f} MB"
    text = f"{value:.0f}" if value >= 1000 or float(value).is_integer() else f"{value:.3g}"
    return f"{text} {row.unit}".strip()


def figure_lines(given: Iterable[Figure]) -> Iterator[str]:
    """A line a figure: whether it is kept, its value and its bound."""
    rows = list(given)
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        mark = "ok  " if row.kept else "MISS"
        side = "at most" if row.most else "at least"
        yield (
            f"  {mark}  {row.name:<{width}}  {shown(row, row.value):>12}  {side} "
            + shown(row, row.bound)
        )


def _kept(one: Kept) -> str:
    if not one.total:
        return f"{'none':>8}{'':21}"
    return f"{one.share:8.1%}  {one.share_late:10.1%}  {one.gap:8.3f}"


def _classes(change: dict[str, float]) -> str:
    return "  ".join(f"{value:.4f}" for value in change.values())


def report_json(report: Report) -> dict[str, Any]:
    """Everything but the faces themselves."""
    return {
        "schema": SCHEMA,
        "kept": report.kept,
        "networks": [evaluation_json(one) for one in report.networks],
        "together": [figure_json(row) for row in drift_figure(report)],
    }


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """One network."""
    values = asdict(found, filter=_is_written, value_serializer=_plain)
    values["beside"] = values.pop("comparison")
    del values["labels"], values["intensities"]
    return {**values, "figures": [figure_json(row) for row in figures(found)]}


def figure_json(row: Figure) -> dict[str, Any]:
    """A figure, and whether it is kept."""
    return {**asdict(row), "kept": row.kept}


def _is_written(attribute: Attribute[Any], _: object) -> bool:
    return attribute.name not in ("faces", "example")


def _plain(_: object, __: object, value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
